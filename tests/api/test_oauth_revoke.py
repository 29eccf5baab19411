"""POST /oauth/revoke (RFC 7009)."""

import pytest

from accounts.models import Session
from audit.models import Entry
from tests.people import PASSWORD

pytest_plugins = ["tests.oauth_fixtures"]


@pytest.fixture
def revoke(post):
    def send(token, credential=None, **form):
        return post("/oauth/revoke", {"token": token, **form}, credential)

    return send


@pytest.mark.parametrize("which", ["refresh", "access"])
@pytest.mark.parametrize("hint", ["", "refresh_token", "access_token", "surprise"])
def test_a_token_of_a_session_ends_it(revoke, alices, whoami, which, hint):
    answer = revoke(alices[which], token_type_hint=hint)

    assert (answer.status_code, answer.json()) == (200, {})
    assert Session.objects.get().end_reason == "revoked"
    assert whoami(alices["access"]).status_code == 401


def test_a_parameter_that_is_not_known_is_ignored(revoke, alices):
    assert revoke(alices["refresh"], surprise="1").status_code == 200
    assert Session.objects.get().end_reason == "revoked"


def test_it_is_recorded_once(revoke, alices):
    revoke(alices["refresh"])
    revoke(alices["refresh"])

    entry = Entry.objects.get(action="token.revoked")
    assert (entry.actor_id, entry.target_type) == ("@alice", "session")


def test_another_session_goes_on(revoke, alices, anonymous, whoami):
    other = anonymous.post("/api/token", {"username": "alice", "password": PASSWORD}).data

    revoke(alices["access"])

    assert whoami(other["access"]).status_code == 200


@pytest.mark.parametrize("token", ["garbage", "a.b.c", "tfr_AAAA", "dev:@alice", "é"])
def test_anything_else_is_fine_too_and_changes_nothing(revoke, people, token):
    answer = revoke(token)

    assert answer.status_code == 200
    assert not Entry.objects.exists()


def test_a_client_s_own_token_has_no_session_to_end(revoke, ask, worker, whoami):
    token = ask(worker, grant_type="client_credentials").data["access_token"]

    answer = revoke(token, worker)

    assert answer.status_code == 200
    assert whoami(token).status_code == 200


def test_a_client_that_shows_a_credential_shows_the_right_one(revoke, alices, worker, whoami):
    answer = revoke(alices["refresh"], client_id=worker.client_id, client_secret="wrong")

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert whoami(alices["access"]).status_code == 200


def test_a_client_that_authenticates_may_revoke_what_it_holds(revoke, alices, worker):
    revoke(alices["refresh"], worker)

    assert Session.objects.get().ended_at


def test_the_token_has_to_be_named(revoke, people):
    answer = revoke("")

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
