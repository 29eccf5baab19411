"""POST /oauth/introspect (RFC 7662)."""

from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.models import Account, Audience
from accounts.operations import principals
from audit.shell import recording_from_shell
from tests.unit.forge import token as forged
from wire.clock import now

pytest_plugins = ["tests.oauth_fixtures"]


@pytest.fixture
def introspect(post, worker):
    def send(token, **form):
        return post("/oauth/introspect", {"token": token, **form}, worker)

    return send


def test_an_access_token_is_active_and_says_what_it_says(introspect, alices):
    answer = introspect(alices["access"])

    assert answer.status_code == 200
    told = answer.json()
    assert (told["active"], told["sub"], told["aud"]) == (True, "@alice", "taskflow")
    assert (told["client_id"], told["token_type"]) == ("first-party", "Bearer")
    assert told["scope"] == "tasks:read tasks:write"
    assert told["exp"] - told["iat"] == 600
    assert answer["Cache-Control"] == "no-store"


def test_a_token_for_another_audience_is_active_too(introspect, exchange, alices):
    Audience.objects.create(name="billing", payload_versions=[1, 2])
    token = exchange(alices["access"], audience="billing").data["access_token"]

    assert introspect(token).json()["aud"] == "billing"


def test_it_tells_who_acts_for_whom(introspect, exchange, alices, worker):
    token = exchange(alices["access"], worker).data["access_token"]

    told = introspect(token).json()

    assert (told["sub"], told["act"]) == ("@alice", {"sub": "@worker"})


def test_the_scope_is_what_is_left_of_it(introspect, alices):
    Account.objects.filter(pk="@alice").update(granted_scopes=["tasks:read"])

    assert introspect(alices["access"]).json()["scope"] == "tasks:read"


def test_a_refresh_token_is_active_but_nothing_to_call_with(introspect, alices):
    told = introspect(alices["refresh"], token_type_hint="refresh_token").json()

    assert (told["active"], told["sub"], told["token_type"]) == (True, "@alice", "refresh_token")
    assert not {"aud", "scope"} & told.keys()


@pytest.mark.parametrize("token", ["garbage", "a.b.c", "tfr_AAAA", "dev:@alice", "é", "A" * 8192])
def test_anything_else_is_inactive_and_no_more_is_said(introspect, token):
    answer = introspect(token)

    assert (answer.status_code, answer.json()) == (200, {"active": False})


def test_a_token_of_another_s_key_is_inactive(introspect):
    assert introspect(forged()).json() == {"active": False}


@pytest.mark.parametrize("which", ["access", "refresh"])
def test_what_was_revoked_a_moment_ago_is_inactive(introspect, alices, anonymous, which):
    assert introspect(alices[which]).json()["active"]

    anonymous.post("/api/token/revoke", {"refresh": alices["refresh"]})

    assert introspect(alices[which]).json() == {"active": False}


@pytest.mark.parametrize("which", ["access", "refresh"])
def test_whose_account_was_disabled_is_inactive(introspect, alices, which):
    with recording_from_shell() as journal:
        principals.disable("@alice", journal=journal)

    assert introspect(alices[which]).json() == {"active": False}


@pytest.mark.parametrize(
    ("which", "delta"), [("access", {"minutes": 11}), ("refresh", {"days": 31})]
)
def test_what_is_over_is_inactive(introspect, alices, which, delta):
    with time_machine.travel(now() + timedelta(**delta), tick=False):
        assert introspect(alices[which]).json() == {"active": False}


def test_a_used_refresh_token_is_inactive_after_the_grace(introspect, alices, anonymous):
    anonymous.post("/api/token/refresh", {"refresh": alices["refresh"]})
    during = introspect(alices["refresh"]).json()["active"]

    with time_machine.travel(now() + timedelta(seconds=11), tick=False):
        after = introspect(alices["refresh"]).json()["active"]

    assert (during, after) == (True, False)


def test_the_caller_may_show_a_bearer_token(alices):
    answer = APIClient().generic(
        "POST", "/oauth/introspect", f"token={alices['access']}",
        content_type="application/x-www-form-urlencoded",
        headers={"Authorization": f"Bearer {alices['access']}"},
    )  # fmt: skip

    assert answer.json()["active"]


def test_the_caller_may_show_its_secret_in_the_form(post, worker, alices):
    form = {
        "token": alices["access"],
        "client_id": worker.client_id,
        "client_secret": worker.client_secret,
    }

    assert post("/oauth/introspect", form).json()["active"]


@pytest.mark.parametrize("more", [{}, {"client_id": "first-party"}, {"client_id": "x"}])
def test_nobody_is_told_anything_without_a_credential(post, alices, more):
    answer = post("/oauth/introspect", {"token": alices["access"], **more})

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer["WWW-Authenticate"].startswith("Basic ")


def test_a_wrong_secret_is_refused(post, worker, alices):
    form = {"token": alices["access"], "client_id": worker.client_id, "client_secret": "wrong"}

    assert post("/oauth/introspect", form).status_code == 401


def test_a_bad_bearer_token_is_refused(people):
    answer = APIClient().generic(
        "POST", "/oauth/introspect", "token=x", headers={"Authorization": "Bearer x"},
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip

    assert answer.status_code == 401


def test_the_token_has_to_be_named(post, worker):
    answer = post("/oauth/introspect", {}, worker)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
