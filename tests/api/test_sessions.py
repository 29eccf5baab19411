"""GET and DELETE /api/sessions."""

import uuid

import pytest

from accounts.models import Session
from audit.models import Entry
from tests.people import PASSWORD


@pytest.fixture
def sign_in(anonymous):
    def bearer(name):
        pair = anonymous.post("/api/token", {"username": name, "password": PASSWORD}).data
        return {"HTTP_AUTHORIZATION": f"Bearer {pair['access']}"}

    return bearer


def test_people_see_their_own_living_sessions(anonymous, sign_in):
    sign_in("bob")
    sign_in("alice")
    here = sign_in("alice")

    answer = anonymous.get("/api/sessions", **here)

    assert [session["current"] for session in answer.data] == [True, False]


def test_ending_one_session_leaves_the_other(anonymous, sign_in):
    here, there = sign_in("alice"), sign_in("alice")
    current = next(s for s in anonymous.get("/api/sessions", **there).data if s["current"])

    answer = anonymous.delete(f"/api/sessions/{current['id']}", **here)

    assert answer.status_code == 204
    assert anonymous.get("/api/me", **there).status_code == 401
    assert anonymous.get("/api/me", **here).status_code == 200


def test_logging_out_everywhere_ends_all(anonymous, sign_in):
    here, there = sign_in("alice"), sign_in("alice")

    answer = anonymous.delete("/api/sessions", **here)

    assert answer.status_code == 204
    assert anonymous.get("/api/me", **there).status_code == 401
    assert not Session.objects.filter(ended_at__isnull=True).exists()


def test_somebody_elses_session_looks_like_a_missing_one(anonymous, sign_in):
    sign_in("bob")
    theirs = Session.objects.get().pk
    mine = sign_in("alice")

    foreign = anonymous.delete(f"/api/sessions/{theirs}", HTTP_X_REQUEST_ID="same-id-1", **mine)
    missing = anonymous.delete(
        f"/api/sessions/{uuid.uuid4()}", HTTP_X_REQUEST_ID="same-id-1", **mine
    )

    assert foreign.status_code == 404
    assert foreign.content == missing.content


def test_ending_a_session_is_recorded(anonymous, sign_in):
    here = sign_in("alice")
    session = Session.objects.get().pk

    anonymous.delete(f"/api/sessions/{session}", **here)

    entry = Entry.objects.get(action="session.ended")
    assert (entry.actor_id, entry.target_id) == ("@alice", str(session))
