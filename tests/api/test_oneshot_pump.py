"""POST /api/admin/migrations/{name} of an operation in batches: call again until it is done."""

from datetime import timedelta

import pytest

from migrations_ops.models import Run
from tasks.models import Task
from tests.oneshots import (
    BATCHED,
    BATCHED_PATH,
    POISON,
    mint_batched,
    recorded,
    run_batched,
    some_tasks,
    versions,
)
from wire.clock import now

pytest_plugins = ["tests.oneshot_fixtures"]


def until_done(client, token):
    while True:
        answer = run_batched(client, token)
        if answer.status_code != 202:
            return answer


def test_what_is_done_within_the_time_of_a_call_is_one_call(as_carol, count_up):
    some_tasks(7)

    answer = run_batched(as_carol, mint_batched(as_carol))

    assert (answer.status_code, answer.data["status"]) == (200, "completed")
    assert (answer.data["rows_affected"], versions()) == (7, [2] * 7)
    assert [len(recorded(f"op.{action}")) for action in ("started", "completed")] == [1, 1]


def test_a_call_whose_time_is_over_tells_how_far_it_came(as_carol, count_up, one_batch_a_call):
    some_tasks(7)

    answer = run_batched(as_carol, mint_batched(as_carol))

    assert (answer.status_code, answer.headers["Retry-After"]) == (202, "1")
    told = {name: answer.data[name] for name in ("status", "rows_affected", "rows_expected")}
    assert told == {"status": "running", "rows_affected": 2, "rows_expected": 7}
    assert (answer.data["percent"], answer.data["already_ran"]) == (28, False)
    assert versions() == [2, 2, 1, 1, 1, 1, 1]


def test_calling_again_goes_on_until_all_is_done(as_carol, count_up, one_batch_a_call):
    some_tasks(7)

    answer = until_done(as_carol, mint_batched(as_carol))

    assert (answer.status_code, answer.data["rows_affected"]) == (200, 7)
    assert (versions(), len(recorded("op.completed"))) == ([2] * 7, 1)


def test_the_used_token_is_told_of_the_run(as_carol, count_up, one_batch_a_call):
    some_tasks(3)
    token = mint_batched(as_carol)
    done = until_done(as_carol, token)

    again = run_batched(as_carol, token)

    assert again.data == {**done.data, "status": "already ran", "already_ran": True}
    assert versions() == [2] * 3


def test_an_expired_token_goes_on_with_nothing_and_a_fresh_one_does(
    as_carol, count_up, one_batch_a_call, time_machine
):
    some_tasks(3)
    token = mint_batched(as_carol)
    run_batched(as_carol, token)
    time_machine.move_to(now() + timedelta(hours=1))

    expired, fresh = run_batched(as_carol, token), until_done(as_carol, mint_batched(as_carol))

    assert (expired.status_code, expired.data["code"]) == (403, "migration_token_expired")
    assert (fresh.status_code, fresh.data["ran_by"], versions()) == (200, "@carol", [2] * 3)


def test_either_token_of_a_run_may_be_shown_again(as_carol, as_admin, count_up, one_batch_a_call):
    some_tasks(3)
    first, second = mint_batched(as_carol), mint_batched(as_admin)
    run_batched(as_carol, first)
    until_done(as_admin, second)

    answers = [run_batched(as_carol, first), run_batched(as_admin, second)]

    assert [answer.data["already_ran"] for answer in answers] == [True, True]


def test_a_run_goes_on_with_its_own_parameters_alone(as_carol, count_up, one_batch_a_call):
    some_tasks(3)
    run_batched(as_carol, mint_batched(as_carol))

    answer = run_batched(as_carol, mint_batched(as_carol, parameters={"step": 1}))

    assert (answer.status_code, answer.data["code"]) == (403, "migration_token_other_parameters")
    assert versions() == [2, 2, 1]


def test_another_runner_alive_is_told_and_recorded(as_carol, count_up, one_batch_a_call):
    some_tasks(3)
    token = mint_batched(as_carol)
    run_batched(as_carol, token)
    Run.objects.update(lease_until=now() + timedelta(seconds=5))

    answer = run_batched(as_carol, token)

    assert (answer.status_code, answer.data["code"]) == (409, "already_running")
    assert answer.headers["Retry-After"] == "2"
    assert recorded("op.refused")[0].context["refusal"] == "AlreadyRunning"
    assert versions() == [2, 2, 1]


def test_a_runner_not_heard_of_is_taken_over_within_ten_seconds(
    as_carol, count_up, one_batch_a_call, time_machine
):
    some_tasks(3)
    token = mint_batched(as_carol)
    run_batched(as_carol, token)
    Run.objects.update(lease_until=now() + timedelta(seconds=5))
    time_machine.move_to(now() + timedelta(seconds=10))

    answer = until_done(as_carol, token)

    assert (answer.status_code, versions()) == (200, [2] * 3)
    assert recorded("op.resumed")[0].context["why"] == "taken over"


def test_a_batch_that_fails_is_undone_told_and_begun_again(as_carol, count_up):
    ids = some_tasks(7)
    Task.objects.filter(pk=ids[4]).update(title=POISON)
    token = mint_batched(as_carol)

    failed = run_batched(as_carol, token)

    assert (failed.status_code, failed.data["code"]) == (409, "work_failed")
    assert (failed.data["cursor"], versions()) == (ids[3], [2, 2, 2, 2, 1, 1, 1])
    (entry,) = recorded("op.batch_failed")
    assert (entry.outcome, entry.context["cursor"]) == ("error", ids[3])
    assert as_carol.get(BATCHED_PATH).data["status"] == "failed"
    Task.objects.filter(pk=ids[4]).update(title="harmless")
    assert run_batched(as_carol, token).data["rows_affected"] == 7
    assert versions() == [2] * 7


def test_a_batch_that_would_pass_the_rows_allowed_is_undone(as_carol, count_up):
    some_tasks(7)

    answer = run_batched(as_carol, mint_batched(as_carol, max_rows=5))

    assert (answer.status_code, answer.data["code"]) == (409, "too_many_rows")
    assert "the 4 rows before it are kept" in answer.data["error"]
    assert versions() == [2, 2, 2, 2, 1, 1, 1]


def test_rows_that_remain_at_the_end_undo_the_last_batch(as_carol, count_up, one_batch_a_call):
    late, *_ = some_tasks(3)
    token = mint_batched(as_carol)
    run_batched(as_carol, token)
    Task.objects.filter(pk=late).update(version=1)

    answer = run_batched(as_carol, token)

    assert (answer.status_code, answer.data["code"]) == (409, "rows_remain")
    assert (versions(), Run.objects.get().status) == ([1, 2, 1], "failed")


def test_a_last_batch_whose_entry_can_not_be_stored_is_undone(as_carol, count_up, no_entries):
    some_tasks(3)
    token = mint_batched(as_carol)

    with no_entries("op.completed"):
        answer = run_batched(as_carol, token)

    assert (answer.status_code, answer.data["code"]) == (503, "audit_unavailable")
    assert (versions(), Run.objects.get().status) == ([2, 2, 1], "running")


def test_a_claim_whose_entry_can_not_be_stored_leaves_nothing(as_carol, count_up, no_entries):
    some_tasks(3)

    with no_entries("op.started"):
        answer = run_batched(as_carol, mint_batched(as_carol))

    assert (answer.status_code, Run.objects.count()) == (503, 0)
    assert versions() == [1] * 3


@pytest.mark.parametrize("changed", [True, False])
def test_changed_code_wants_a_new_token(as_carol, count_up, one_batch_a_call, changed):
    some_tasks(3)
    token = mint_batched(as_carol)
    run_batched(as_carol, token)
    count_up.write_batched(max_rows="999")

    answer = until_done(as_carol, token if changed else mint_batched(as_carol))

    assert answer.status_code == (403 if changed else 200)
    assert Run.objects.get(name=BATCHED).status == ("running" if changed else "done")
