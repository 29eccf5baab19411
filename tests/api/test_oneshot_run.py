"""POST /api/admin/migrations/{name}."""

import dataclasses
from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from accounts.models import Audience
from accounts.operations.statements import verify_statement
from migrations_ops import receipts, registry
from migrations_ops.models import Run
from tests.keys import rotate
from tests.oneshots import NAME, PATH, RAISED, UNTOUCHED, cache_seconds, mint, recorded, run
from wire.clock import now

pytest_plugins = ["tests.oneshot_fixtures"]


def test_an_operator_with_a_token_runs_it_and_gets_the_summary(as_carol, raise_cache):
    answer = run(as_carol, mint(as_carol))

    assert answer.status_code == 200
    told = {name: answer.data[name] for name in ("name", "status", "already_ran", "ran_by")}
    assert told == {"name": NAME, "status": "completed", "already_ran": False, "ran_by": "@carol"}
    assert (answer.data["rows_affected"], cache_seconds()) == (1, RAISED)
    assert answer.data["ran_at"].endswith("Z")
    assert answer.data["duration_ms"] >= 0


def test_a_run_leaves_one_marker_and_one_entry(as_carol, raise_cache):
    run(as_carol, mint(as_carol))

    marker = Run.objects.get()
    (entry,) = recorded("op.completed")
    assert (marker.name, marker.status, marker.rows_affected) == (NAME, "done", 1)
    assert (entry.actor_id, entry.target_id, entry.context["rows"]) == ("@carol", NAME, 1)
    assert entry.context["token_jti"] == marker.token_jti
    assert entry.context["code_sha256"] == registry.shipped.find(NAME).code_sha256


def test_the_receipt_says_what_who_and_how_many_under_the_issuers_signature(as_carol, raise_cache):
    answer = run(as_carol, mint(as_carol))

    receipt = verify_statement(
        answer.data["receipt"], typ=receipts.TYP, audience=receipts.AUDIENCE, at=now()
    )
    assert (receipt["operation"], receipt["sub"], receipt["rows_affected"]) == (NAME, "@carol", 1)
    assert receipt["code_sha256"] == answer.data["code_sha256"]
    assert "exp" not in receipt


def test_the_same_used_token_again_is_told_of_the_first_run(as_carol, raise_cache):
    token = mint(as_carol)
    first = run(as_carol, token)

    again = run(as_carol, token)

    assert again.status_code == 200
    assert again.data == {**first.data, "status": "already ran", "already_ran": True}
    assert cache_seconds() == RAISED
    assert len(recorded("op.completed")) == 1


def test_a_used_token_stays_good_for_a_retry_when_it_has_expired(
    as_carol, raise_cache, time_machine
):
    token = mint(as_carol)
    run(as_carol, token)
    time_machine.move_to(now() + timedelta(hours=1))

    again = run(as_carol, token)

    assert (again.status_code, again.data["already_ran"]) == (200, True)


def test_a_used_token_stays_good_for_a_retry_when_its_key_was_removed(
    as_carol, raise_cache, time_machine
):
    token = mint(as_carol)
    run(as_carol, token)
    rotate(now(), "RS256", early=True)
    time_machine.move_to(now() + timedelta(hours=3))

    again = run(as_carol, token)

    assert (again.status_code, again.data["already_ran"]) == (200, True)


def test_a_used_token_stays_good_for_a_retry_when_the_code_has_changed(as_carol, raise_cache):
    token = mint(as_carol)
    run(as_carol, token)
    raise_cache.write(rows="Audience.objects.update(jwks_cache_seconds=60)")

    again = run(as_carol, token)

    assert (again.status_code, again.data["already_ran"]) == (200, True)
    assert cache_seconds() == RAISED


def test_another_operators_fresh_token_is_told_of_the_first_run(as_carol, as_admin, raise_cache):
    first = run(as_carol, mint(as_carol))

    again = run(as_admin, mint(as_admin))

    assert again.data == {**first.data, "status": "already ran", "already_ran": True}
    assert cache_seconds() == RAISED


def test_parameters_of_the_token_reach_the_work(as_carol, raise_cache):
    answer = run(as_carol, mint(as_carol, parameters={"step": 7}))

    assert cache_seconds() == UNTOUCHED + 7
    assert answer.data["parameters"] == {"step": 7}


def test_parameters_may_be_repeated(as_carol, raise_cache):
    answer = run(as_carol, mint(as_carol, parameters={"step": 7}), parameters={"step": 7})

    assert (answer.status_code, cache_seconds()) == (200, UNTOUCHED + 7)


@pytest.mark.parametrize("given", [{"step": "7"}, {"step": True}, {"pace": 7}, {"step": 10**30}])
def test_bad_parameters_are_named(as_carol, raise_cache, given):
    answer = run(as_carol, mint(as_carol), parameters=given)

    assert (answer.status_code, answer.data["code"]) == (422, "validation_failed")
    assert answer.data["errors"][0]["pointer"] == f"/parameters/{next(iter(given))}"
    assert not Run.objects.exists()


def test_an_unknown_member_is_refused(as_carol, raise_cache):
    answer = run(as_carol, mint(as_carol), dry_run=True)

    assert (answer.status_code, answer.data["errors"][0]["pointer"]) == (422, "/dry_run")


def test_an_unknown_operation_is_not_found(as_carol, raise_cache):
    answer = as_carol.post(PATH + "_too", headers={"X-Migration-Token": mint(as_carol)})

    assert (answer.status_code, answer.data["code"]) == (404, "no_such_oneshot")


def test_a_tombstoned_operation_is_gone_and_shows_its_receipt(as_carol, raise_cache):
    token = mint(as_carol)
    raise_cache.bury(NAME, receipt="eyJ.the.receipt")

    answer = run(as_carol, token)

    assert (answer.status_code, answer.data["code"]) == (410, "tombstoned")
    assert answer.data["receipt"] == "eyJ.the.receipt"


def test_touching_more_rows_than_allowed_undoes_it_all_and_is_recorded(as_carol, oneshots):
    oneshots.write(rows="Audience.objects.update(jwks_cache_seconds=60) + 10")

    answer = run(as_carol, mint(as_carol))

    assert (answer.status_code, answer.data["code"]) == (409, "too_many_rows")
    assert (cache_seconds(), Run.objects.count()) == (UNTOUCHED, 0)
    (entry,) = recorded("op.refused")
    assert (entry.outcome, entry.context["refusal"]) == ("error", "TooManyRows")


def test_the_token_may_allow_fewer_rows_than_the_operation(as_carol, oneshots):
    oneshots.write(rows="Audience.objects.update(jwks_cache_seconds=60) + 4")

    answer = run(as_carol, mint(as_carol, max_rows=4))

    assert (answer.data["code"], cache_seconds()) == ("too_many_rows", UNTOUCHED)


def test_rows_left_undone_undo_it_all_and_are_recorded(as_carol, oneshots):
    oneshots.write(remaining="3")

    answer = run(as_carol, mint(as_carol))

    assert (answer.status_code, answer.data["code"]) == (409, "rows_remain")
    assert (cache_seconds(), Run.objects.count()) == (UNTOUCHED, 0)
    assert recorded("op.refused")[0].context["refusal"] == "RowsRemain"


def test_a_token_that_did_not_get_to_work_may_be_used_again(as_carol, oneshots):
    oneshots.write(remaining="Audience.objects.filter(name='in_the_way').count()")
    token = mint(as_carol)
    as_it_was = Audience.objects.create(name="in_the_way", payload_versions=[1])
    refused = run(as_carol, token)
    as_it_was.delete()

    answer = run(as_carol, token)

    assert (refused.status_code, answer.status_code) == (409, 200)
    assert cache_seconds() == RAISED


def test_a_run_whose_entry_can_not_be_stored_leaves_nothing(as_carol, raise_cache, no_entries):
    token = mint(as_carol)

    with no_entries("op.completed"):
        answer = run(as_carol, token)

    assert (answer.status_code, answer.data["code"]) == (503, "audit_unavailable")
    assert (cache_seconds(), Run.objects.count()) == (UNTOUCHED, 0)


def test_the_deploy_pipeline_runs_it_without_a_person(people, raise_cache, settings):
    key = "k" * 40
    settings.CONTRACT = dataclasses.replace(settings.CONTRACT, admin_api_key=key)
    pipeline = APIClient(HTTP_X_ADMIN_API_KEY=key)

    answer = run(pipeline, mint(pipeline))

    assert (answer.status_code, answer.data["ran_by"]) == (200, "sa:pipeline")


@pytest.mark.parametrize("handle", ["@alice", "@robo", "@dana"])
def test_who_does_not_hold_ops_run_may_not(speak_as, as_carol, raise_cache, handle):
    token = mint(as_carol)

    answer = run(speak_as(handle), token)

    assert (answer.status_code, answer.data["code"]) == (403, "forbidden")
    assert cache_seconds() == UNTOUCHED
    assert len(recorded("access.denied")) == 1


def test_nobody_is_asked_to_sign_in(anonymous, raise_cache):
    assert run(anonymous, "token").status_code == 401
