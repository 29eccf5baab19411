"""POST /api/token/refresh and /api/token/revoke."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import Session
from audit.models import Entry
from tests.people import PASSWORD
from wire.clock import now


@pytest.fixture
def pair(anonymous):
    return anonymous.post("/api/token", {"username": "alice", "password": PASSWORD}).data


@pytest.fixture
def refresh(anonymous):
    return lambda token: anonymous.post("/api/token/refresh", {"refresh": token})


def later(**delta):
    return time_machine.travel(now() + timedelta(**delta), tick=False)


def test_a_refresh_token_is_traded_for_a_new_pair(pair, refresh):
    answer = refresh(pair["refresh"])

    assert answer.status_code == 200
    assert answer.data["refresh"] != pair["refresh"]
    assert answer.data["access"] != pair["access"]


def test_no_access_token_outlives_its_session(pair, refresh):
    Session.objects.update(expires_at=now() + timedelta(seconds=60))

    with later(seconds=1):
        assert refresh(pair["refresh"]).data["expires_in"] in {58, 59}


def test_a_refresh_costs_at_most_four_statements(pair, refresh, django_assert_max_num_queries):
    with django_assert_max_num_queries(4 + 2):  # BEGIN and COMMIT, as savepoints inside a test
        answer = refresh(pair["refresh"])

    assert answer.status_code == 200


def test_a_parallel_tab_hears_the_same_successor(pair, refresh):
    first = refresh(pair["refresh"]).data

    second = refresh(pair["refresh"]).data

    assert second["refresh"] == first["refresh"]


def test_a_parent_dies_when_its_successor_is_used(pair, refresh):
    successor = refresh(pair["refresh"]).data["refresh"]
    refresh(successor)

    answer = refresh(pair["refresh"])

    assert answer.status_code == 401
    assert Session.objects.get().end_reason == "reused"


def test_a_replay_after_the_grace_ends_that_session_and_only_that(pair, refresh, anonymous):
    other = anonymous.post("/api/token", {"username": "alice", "password": PASSWORD}).data
    successor = refresh(pair["refresh"]).data["refresh"]

    with later(seconds=11):
        replay = refresh(pair["refresh"])
        afterwards = refresh(successor)
        untouched = refresh(other["refresh"])

    assert replay.status_code == afterwards.status_code == 401
    assert untouched.status_code == 200


def test_a_replay_is_recorded_though_it_is_refused(pair, refresh):
    refresh(pair["refresh"])

    with later(seconds=11):
        refresh(pair["refresh"])

    entry = Entry.objects.get(action="token.reused")
    assert (entry.outcome, entry.actor_id) == ("denied", "@alice")


def test_a_session_has_an_absolute_end(pair, refresh):
    with later(days=31):
        answer = refresh(pair["refresh"])

    assert answer.status_code == 401


@pytest.mark.parametrize(
    "token", ["", "x", "tfr_", "tfr_AAAA", "tfr_é", "a.b.c", "tfr_" + "A" * 480]
)
def test_garbage_costs_the_throttle_and_nothing_else(refresh, token, django_assert_num_queries):
    with django_assert_num_queries(1):
        answer = refresh(token)

    assert answer.status_code in (401, 422)


def test_a_refresh_token_is_no_access_token(pair, anonymous):
    answer = anonymous.get("/api/me", HTTP_AUTHORIZATION=f"Bearer {pair['refresh']}")

    assert answer.status_code == 401


def test_an_access_token_is_no_refresh_token(pair, refresh):
    assert refresh(pair["access"]).status_code in (401, 422)


def test_revoking_ends_the_session(pair, refresh, anonymous):
    answer = anonymous.post("/api/token/revoke", {"refresh": pair["refresh"]})

    assert answer.status_code == 200
    assert refresh(pair["refresh"]).status_code == 401
    assert Entry.objects.filter(action="token.revoked", actor_id="@alice").count() == 1


@pytest.mark.parametrize("token", ["garbage", "tfr_AAAA"])
def test_revoking_anything_else_is_fine_too(anonymous, token):
    answer = anonymous.post("/api/token/revoke", {"refresh": token})

    assert answer.status_code == 200


def test_the_access_token_of_a_revoked_session_stops_within_seconds(pair, anonymous):
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {pair['access']}"}
    anonymous.get("/api/me", **bearer)
    anonymous.post("/api/token/revoke", {"refresh": pair["refresh"]})

    with later(seconds=5):
        answer = anonymous.get("/api/me", **bearer)

    assert answer.status_code == 401
