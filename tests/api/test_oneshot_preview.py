"""GET /api/admin/migrations/{name}/preview, and runs that are bound to what it showed."""

import json

import pytest

from accounts.models import Audience
from tasks.models import Task
from tests.oneshots import (
    BATCHED_PATH,
    NAME,
    PATH,
    RAISED,
    UNTOUCHED,
    cache_seconds,
    mint,
    mint_batched,
    recorded,
    run,
    run_batched,
    some_tasks,
    versions,
)

pytest_plugins = ["tests.oneshot_fixtures"]


def preview(client, path=PATH, **parameters):
    query = {"parameters": json.dumps(parameters)} if parameters else {}
    return client.get(f"{path}/preview", query)


def test_a_preview_counts_and_shows_rows_before_and_after(as_carol, raise_cache):
    answer = preview(as_carol)

    assert (answer.status_code, answer.data["count"]) == (200, 1)
    (sample,) = answer.data["samples"]
    assert (sample["id"], sample["before"], sample["after"]) == (
        "taskflow",
        {"jwks_cache_seconds": UNTOUCHED},
        {"jwks_cache_seconds": RAISED},
    )
    assert len(answer.data["digest"]) == 64


def test_a_preview_changes_nothing_and_is_recorded(as_carol, raise_cache):
    digest = preview(as_carol).data["digest"]

    (entry,) = recorded("op.previewed")
    assert (entry.actor_id, entry.target_id) == ("@carol", NAME)
    assert (entry.context["preview_digest"], entry.context["count"]) == (digest, 1)
    assert cache_seconds() == UNTOUCHED


def test_a_preview_is_made_with_the_parameters_given(as_carol, raise_cache):
    shown = preview(as_carol, step=7).data

    assert shown["samples"][0]["after"] == {"jwks_cache_seconds": UNTOUCHED + 7}
    assert shown["digest"] != preview(as_carol).data["digest"]


def test_a_row_that_will_be_deleted_has_no_after(as_carol, oneshots):
    Audience.objects.create(name="old", payload_versions=[1])
    oneshots.write(
        affected='Audience.objects.filter(name="old")', rows="self.affected().delete()[0]"
    )

    (sample,) = preview(as_carol).data["samples"]

    assert (sample["before"]["name"], sample["after"]) == ("old", None)
    assert Audience.objects.filter(name="old").exists()


def test_of_many_rows_twenty_are_shown(as_carol, count_up):
    some_tasks(25)

    shown = preview(as_carol, BATCHED_PATH, step=20).data

    assert (shown["count"], len(shown["samples"])) == (25, 20)
    assert {sample["after"]["version"] for sample in shown["samples"]} == {2}
    assert versions() == [1] * 25


def test_the_time_of_the_work_is_shown_as_now_and_leaves_the_digest_alone(as_carol, oneshots):
    some_tasks(1)
    oneshots.write(
        imports="from tasks.models import Task",
        affected="Task.objects.filter(version=1)",
        rows="self.affected().update(updated_at=journal.at)",
    )

    first, second = preview(as_carol).data, preview(as_carol).data

    assert first["samples"][0]["after"] == {"updated_at": "now"}
    assert first["digest"] == second["digest"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"parameters": "{"}, "/parameters"),
        ({"parameters": "[]"}, "/parameters"),
        ({"parameters": '{"step": "1"}'}, "/parameters/step"),
        ({"digest": "x"}, "/digest"),
    ],
)
def test_a_bad_query_is_named(as_carol, raise_cache, query, pointer):
    answer = as_carol.get(f"{PATH}/preview", query)

    assert (answer.status_code, answer.data["errors"][0]["pointer"]) == (422, pointer)


def test_a_run_that_does_what_was_shown_goes_through(as_carol, raise_cache):
    digest = preview(as_carol).data["digest"]

    assert run(as_carol, mint(as_carol, preview_digest=digest)).status_code == 200


def test_a_stale_preview_stops_the_run_and_is_recorded(as_carol, raise_cache):
    token = mint(as_carol, preview_digest=preview(as_carol).data["digest"])
    Audience.objects.update(jwks_cache_seconds=100)

    answer = run(as_carol, token)

    assert (answer.status_code, answer.data["code"]) == (412, "stale_preview")
    assert answer.data["preview_digest"] == preview(as_carol).data["digest"]
    assert recorded("op.refused")[0].context["refusal"] == "StalePreview"
    assert cache_seconds() == 100


def test_a_stale_preview_stops_a_run_in_batches_before_its_first(as_carol, count_up):
    some_tasks(3)
    token = mint_batched(as_carol, preview_digest=preview(as_carol, BATCHED_PATH).data["digest"])
    some_tasks(1)

    answer = run_batched(as_carol, token)

    assert (answer.status_code, versions()) == (412, [1] * 4)
    assert as_carol.get(BATCHED_PATH).data["run"] is None


def test_a_run_in_batches_is_held_against_its_preview_once(as_carol, count_up, one_batch_a_call):
    some_tasks(3)
    token = mint_batched(as_carol, preview_digest=preview(as_carol, BATCHED_PATH).data["digest"])

    answers = [run_batched(as_carol, token).status_code for _ in range(2)]

    assert (answers, versions()) == ([202, 200], [2] * 3)


def test_an_operation_that_fails_in_its_preview_is_told(as_carol, count_up):
    Task.objects.filter(pk__in=some_tasks(1)).update(title="poison")

    answer = preview(as_carol, BATCHED_PATH)

    assert (answer.status_code, answer.data["code"]) == (409, "work_failed")
    assert "ZeroDivisionError" in answer.data["error"]


def test_a_preview_that_can_not_be_recorded_shows_nothing(as_carol, raise_cache, no_entries):
    with no_entries("op.previewed"):
        assert preview(as_carol).status_code == 503


@pytest.mark.parametrize("handle", ["@alice", "@robo", "@dana"])
def test_who_does_not_hold_ops_run_may_not(speak_as, raise_cache, handle):
    assert preview(speak_as(handle)).status_code == 403


def test_nobody_hears_of_what_a_preview_took_back(as_carol, as_admin):
    some_tasks(1, project_slug="Demo")

    shown = preview(as_carol, "/api/admin/migrations/lowercase_project_slugs").data

    assert shown["samples"][0]["after"]["project_slug"] == "demo"
    assert not recorded("task.updated")
    assert as_admin.get("/api/events").data == []
