"""POST /api/admin/migrations/{name}/approve, and what production makes of it."""

import dataclasses
from datetime import timedelta

import pytest
from django.db import IntegrityError
from rest_framework.test import APIClient

from accounts.models import Audience
from accounts.operations import principals
from accounts.scopes import Scope
from audit.actors import Actor, ActorType
from audit.shell import recording_from_shell
from config.contract import Stage
from migrations_ops import operations
from migrations_ops.errors import ApproverNotPerson, OwnRequest
from migrations_ops.models import Approval
from tests.oneshots import NAME, PATH, RAISED, cache_seconds, recorded, run
from tests.people import PASSWORD
from wire.clock import now

pytest_plugins = ["tests.oneshot_fixtures", "tests.oauth_fixtures"]


@pytest.fixture
def digest(as_carol, raise_cache):
    """What Carol has seen in the preview."""
    return as_carol.get(f"{PATH}/preview").data["digest"]


@pytest.fixture
def production(people, anonymous, settings, digest):
    """Sign in, then let it be production; Carol asks, the administrator approves."""

    def signed_in(name):
        pair = anonymous.post("/api/token", {"username": name, "password": PASSWORD}).data
        return APIClient(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")

    carol, admin = signed_in("carol"), signed_in("admin")
    settings.CONTRACT = dataclasses.replace(settings.CONTRACT, env=Stage.PROD)
    preview_digest = carol.get(f"{PATH}/preview").data["digest"]
    return carol, admin, {"preview_digest": preview_digest}


def approve(client, requester="@carol", **body):
    return client.post(f"{PATH}/approve", {"requester": requester, **body})


def token(client, **body):
    return client.post(f"{PATH}/token", body)


def test_a_second_person_approves_exactly_what_was_shown(as_admin, digest):
    answer = approve(as_admin, preview_digest=digest)

    assert answer.status_code == 200
    assert (answer.data["operation"], answer.data["requester"]) == (NAME, "@carol")
    (entry,) = recorded("op.approved")
    assert (entry.actor_id, entry.context["requester"]) == ("@admin", "@carol")
    assert entry.context["request_sha256"] == answer.data["request_sha256"]


def test_in_production_an_approved_request_is_run(production):
    carol, admin, seen = production
    approve(admin, **seen)

    answer = run(carol, token(carol, **seen).data["token"])

    assert (answer.status_code, cache_seconds()) == (200, RAISED)


def test_in_production_nobody_gets_a_token_without_a_second_person(production):
    carol, _, seen = production

    answer = token(carol, **seen)

    assert (answer.status_code, answer.data["code"]) == (403, "not_approved")
    assert recorded("op.refused")[-1].context["refusal"] == "NotApproved"


def test_in_production_the_preview_is_required(production):
    carol, _, _ = production

    answer = token(carol)

    assert (answer.status_code, answer.data["errors"][0]["pointer"]) == (422, "/preview_digest")


@pytest.mark.parametrize(
    ("approved", "asked"),
    [
        ({"parameters": {"step": 2}}, {}),
        ({"max_rows": 5}, {}),
        ({}, {"parameters": {"step": 2}}),
        ({}, {"max_rows": 5}),
        ({"requester": "@bob"}, {}),
    ],
    ids=str,
)
def test_an_approval_is_for_exactly_one_request(production, approved, asked):
    carol, admin, seen = production
    if "parameters" in approved:
        shown = carol.get(f"{PATH}/preview", {"parameters": '{"step": 2}'}).data
        approved = {**approved, "preview_digest": shown["digest"]}
    assert approve(admin, **{**seen, **approved}).status_code == 200

    assert token(carol, **seen, **asked).data["code"] == "not_approved"


def test_an_approval_is_over_after_an_hour(production, time_machine):
    carol, admin, seen = production
    approve(admin, **seen)
    minted = token(carol, **seen)
    Approval.objects.update(expires_at=now() - timedelta(0), approved_at=now() - timedelta(hours=1))

    assert token(carol, **seen).data["code"] == "not_approved"
    assert run(carol, minted.data["token"]).data["code"] == "not_approved"


def test_code_that_changes_after_the_approval_wants_another(production, raise_cache):
    carol, admin, seen = production
    approve(admin, **seen)
    raise_cache.write(max_rows="9")

    assert token(carol, **seen).data["code"] == "not_approved"


def test_nobody_approves_their_own_request(as_carol, digest):
    answer = approve(as_carol, preview_digest=digest)

    assert (answer.status_code, answer.data["code"]) == (403, "own_request")
    assert recorded("op.refused")[0].context["refusal"] == "OwnRequest"


def test_the_database_knows_that_too(people):
    with pytest.raises(IntegrityError):
        Approval.objects.create(
            requester="@carol", approved_by="@carol", max_rows=1,
            approved_at=now(), expires_at=now() + timedelta(hours=1),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("actor", "refusal"),
    [
        (Actor(id="@robo", type=ActorType.AGENT), ApproverNotPerson),
        (Actor(id="sa:pipeline", type=ActorType.SERVICE), ApproverNotPerson),
        (Actor(id="@bob", type=ActorType.HUMAN, on_behalf_of="@alice"), ApproverNotPerson),
        (Actor(id="@bob", type=ActorType.HUMAN, on_behalf_of="@carol"), OwnRequest),
    ],
)
def test_only_a_person_who_acts_for_herself_approves(actor, refusal):
    with pytest.raises(refusal):
        operations.approver(actor, "@carol")


@pytest.mark.parametrize("handle", ["@alice", "@robo", "@dana"])
def test_who_does_not_hold_ops_approve_may_not(speak_as, digest, handle):
    assert approve(speak_as(handle), preview_digest=digest).data["code"] == "forbidden"


def test_what_is_no_longer_so_is_not_approved(as_admin, digest):
    Audience.objects.update(jwks_cache_seconds=100)

    answer = approve(as_admin, preview_digest=digest)

    assert (answer.status_code, answer.data["code"]) == (412, "stale_preview")
    assert not Approval.objects.exists()


def test_what_an_agent_asks_for_somebody_is_that_persons_own_request(production, exchange):
    _, admin, _ = production
    with recording_from_shell() as journal:
        agent = principals.create_agent("@opsbot", scopes=[Scope.OPS_RUN], journal=journal)
    given = exchange(admin.defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer "), agent).data
    robot = APIClient(HTTP_AUTHORIZATION=f"Bearer {given['access_token']}")
    seen = {"preview_digest": robot.get(f"{PATH}/preview").data["digest"]}

    refused = approve(admin, "@admin", **seen)
    approve(admin, "@opsbot", **seen)

    assert refused.data["code"] == "own_request"
    assert token(robot, **seen).data["code"] == "not_approved"


@pytest.mark.parametrize("missing", ["requester", "preview_digest"])
def test_what_is_approved_is_said(as_admin, digest, missing):
    body = {"requester": "@carol", "preview_digest": digest}
    del body[missing]

    answer = as_admin.post(f"{PATH}/approve", body)

    assert (answer.status_code, answer.data["errors"][0]["pointer"]) == (422, f"/{missing}")


def test_an_approval_that_can_not_be_recorded_does_not_count(as_admin, digest, no_entries):
    with no_entries("op.approved"):
        assert approve(as_admin, preview_digest=digest).status_code == 503

    assert not Approval.objects.exists()
