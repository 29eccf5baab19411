"""POST /api/admin/migrations/{name}/pause, /resume and /cancel."""

import pytest

from accounts.operations.statements import verify_statement
from audit.models import Entry
from migrations_ops import receipts
from migrations_ops.models import Run
from tests.oneshots import (
    BATCHED,
    BATCHED_PATH,
    mint_batched,
    recorded,
    run_batched,
    some_tasks,
    versions,
)
from wire.clock import now

pytest_plugins = ["tests.oneshot_fixtures"]


@pytest.fixture
def under_way(as_carol, count_up, one_batch_a_call):
    """A run that has done two of five rows; its token."""
    some_tasks(5)
    token = mint_batched(as_carol)
    run_batched(as_carol, token)
    return token


def halt(client, how):
    return client.post(f"{BATCHED_PATH}/{how}")


def test_a_paused_run_does_not_go_on(as_carol, under_way):
    paused = halt(as_carol, "pause")

    answer = run_batched(as_carol, under_way)

    assert (paused.status_code, paused.data["status"]) == (200, "paused")
    assert (answer.status_code, answer.data["code"]) == (409, "paused")
    assert (versions(), len(recorded("op.paused"))) == ([2, 2, 1, 1, 1], 1)


def test_a_resumed_run_goes_on_where_it_was(as_carol, under_way):
    halt(as_carol, "pause")
    resumed = halt(as_carol, "resume")

    run_batched(as_carol, under_way)

    assert (resumed.status_code, resumed.data["status"]) == (200, "running")
    assert (versions(), recorded("op.resumed")[0].context["why"]) == ([2, 2, 2, 2, 1], "by request")


def test_a_cancelled_run_keeps_what_was_done_and_never_goes_on(as_carol, under_way):
    cancelled = halt(as_carol, "cancel")

    answer = run_batched(as_carol, under_way)

    assert (cancelled.status_code, cancelled.data["status"]) == (200, "cancelled")
    assert (answer.status_code, answer.data["code"]) == (409, "cancelled")
    assert answer.data["receipt"] == cancelled.data["run"]["receipt"]
    assert (versions(), len(recorded("op.cancelled"))) == ([2, 2, 1, 1, 1], 1)


def test_a_cancellation_is_signed(as_carol, under_way):
    signed = halt(as_carol, "cancel").data["run"]["receipt"]

    told = verify_statement(signed, typ=receipts.TYP, audience=receipts.AUDIENCE, at=now())
    assert (told["operation"], told["outcome"], told["rows_affected"]) == (BATCHED, "cancelled", 2)


def test_an_operation_can_be_cancelled_before_anybody_runs_it(as_carol, count_up):
    some_tasks(2)
    token = mint_batched(as_carol)

    cancelled = halt(as_carol, "cancel")

    assert cancelled.data["status"] == "cancelled"
    assert run_batched(as_carol, token).data["code"] == "cancelled"
    assert versions() == [1, 1]


@pytest.mark.parametrize(
    ("before", "how"),
    [
        ([], "pause"),
        ([], "resume"),
        (["pause"], "pause"),
        (["cancel"], "cancel"),
        (["cancel"], "pause"),
        (["cancel"], "resume"),
    ],
)
def test_a_halt_that_makes_no_sense_is_refused_and_recorded(as_carol, count_up, before, how):
    some_tasks(1)
    if before == ["pause"]:
        run_batched(as_carol, mint_batched(as_carol))
    for each in before:
        halt(as_carol, each)

    answer = halt(as_carol, how)

    assert (answer.status_code, answer.data["code"]) == (409, "not_in_that_state")
    assert recorded("op.refused")[-1].context["refusal"] == "NotInThatState"


@pytest.mark.parametrize("how", ["pause", "resume", "cancel"])
def test_what_is_not_there_can_not_be_halted(as_carol, oneshots, how):
    assert halt(as_carol, how).data["code"] == "no_such_oneshot"


@pytest.mark.parametrize("how", ["pause", "resume", "cancel"])
def test_who_does_not_hold_ops_run_may_not(as_robo, as_carol, under_way, how):
    assert halt(as_robo, how).status_code == 403
    assert Run.objects.get().status == "running"


@pytest.mark.parametrize("how", ["pause", "cancel"])
def test_a_halt_that_can_not_be_recorded_does_not_happen(as_carol, under_way, no_entries, how):
    action = {"pause": "op.paused", "cancel": "op.cancelled"}[how]

    with no_entries(action):
        answer = halt(as_carol, how)

    assert (answer.status_code, Run.objects.get().status) == (503, "running")
    assert not Entry.objects.filter(action=action).exists()
