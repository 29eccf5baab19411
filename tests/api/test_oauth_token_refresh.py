"""POST /oauth/token with a refresh token (RFC 6749, section 6)."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import Audience, Session
from wire.clock import now

pytest_plugins = ["tests.oauth_fixtures"]


@pytest.fixture
def refresh(ask):
    def send(token, credential=None, **form):
        return ask(credential, grant_type="refresh_token", refresh_token=token, **form)

    return send


def test_a_refresh_token_is_traded_for_the_next_pair(refresh, alices, whoami):
    answer = refresh(alices["refresh"])

    assert answer.status_code == 200
    assert answer.data["refresh_token"] != alices["refresh"]
    assert (answer.data["token_type"], answer.data["expires_in"]) == ("Bearer", 600)
    assert whoami(answer.data["access_token"]).data["id"] == "@alice"


def test_no_access_token_outlives_its_session(refresh, alices):
    Session.objects.update(expires_at=now() + timedelta(seconds=60))

    assert refresh(alices["refresh"]).data["expires_in"] in {58, 59}


def test_it_is_the_same_rotation_as_under_api(refresh, alices, anonymous):
    successor = refresh(alices["refresh"]).data["refresh_token"]

    again = anonymous.post("/api/token/refresh", {"refresh": alices["refresh"]})

    assert again.data["refresh"] == successor


def test_a_replay_ends_the_session(refresh, alices):
    refresh(alices["refresh"])

    with time_machine.travel(now() + timedelta(seconds=11), tick=False):
        answer = refresh(alices["refresh"])

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert Session.objects.get().end_reason == "reused"


def test_the_public_client_may_say_its_name(refresh, alices):
    assert refresh(alices["refresh"], client_id="first-party").status_code == 200


def test_a_client_that_authenticates_has_no_session_and_spends_nobody_elses(
    refresh, alices, worker
):
    answer = refresh(alices["refresh"], worker)

    assert answer.json()["error"] == "invalid_grant"
    assert Session.objects.get().generation == 0


def test_a_scope_narrows_this_access_token_alone(refresh, alices):
    narrow = refresh(alices["refresh"], scope="tasks:read").data

    wide = refresh(narrow["refresh_token"]).data

    assert (narrow["scope"], wide["scope"]) == ("tasks:read", "tasks:read tasks:write")


@pytest.mark.parametrize(
    ("wish", "error"),
    [({"scope": "ops:run"}, "invalid_scope"), ({"audience": "billing"}, "invalid_target")],
)
def test_a_wish_that_is_refused_leaves_the_session_as_it_was(refresh, alices, wish, error):
    Audience.objects.create(name="billing", payload_versions=[1])

    answer = refresh(alices["refresh"], **wish)

    assert answer.json()["error"] == error
    assert Session.objects.get().generation == 0


def test_the_session_s_own_audience_may_be_named(refresh, alices):
    assert refresh(alices["refresh"], audience="taskflow").status_code == 200


@pytest.mark.parametrize("token", ["garbage", "tfr_AAAA"])
def test_what_is_no_refresh_token_is_refused(refresh, people, token):
    answer = refresh(token)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_missing_refresh_token_is_named(refresh, people):
    answer = refresh("")

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert "refresh_token" in answer.json()["error_description"]
