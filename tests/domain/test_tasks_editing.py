"""Members change together or not at all, and only what changed is told."""

from typing import Any

import pytest

from accounts.models import Account
from audit.errors import AuditUnavailable
from audit.models import Entry
from tasks import operations
from tasks.errors import (
    HolderNeeded,
    NoSuchTask,
    NotCreator,
    NotHolder,
    StaleFence,
    StatusOutOfReach,
    UnknownPrincipal,
)
from tasks.lifecycle import Status, Verb
from tests.factories import (
    ADMIN,
    ALICE,
    BOB,
    NOON,
    ROBO,
    a_task,
    acting,
    make_history_unwritable,
    stored,
)
from wire.errors import InvalidInput

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def registered(db):
    Account.objects.create(handle="@bob")
    Account.objects.create(handle="@robo", actor_type="agent")


def edit(task, caller=ALICE, status=None, reason=None, **edits):
    with acting(caller) as journal:
        return operations.edit(
            edits, task_id=task.pk, caller=caller, journal=journal, status=status, reason=reason
        )


def told():
    return [(entry.action, entry.changes) for entry in Entry.objects.order_by("id")]


def test_only_what_changed_is_told():
    task = a_task(description="With oil.")

    after = edit(task, title="Oil the fence", description="With oil.", priority=3)

    assert (after.title, after.version) == ("Oil the fence", 2)
    changes = {"title": ["Paint the fence", "Oil the fence"], "priority": ["medium", "critical"]}
    assert told() == [("task.updated", changes)]


def test_an_edit_that_cannot_be_told_is_not_made():
    task = a_task()
    before = stored(task)
    make_history_unwritable()

    with pytest.raises(AuditUnavailable):
        edit(task, title="Oil the fence")

    assert stored(task) == before


@pytest.mark.parametrize("edits", [{}, {"title": "Paint the fence"}, {"status": Status.PENDING}])
def test_an_edit_that_changes_nothing_writes_nothing(edits):
    task = a_task()
    before = stored(task)

    with pytest.raises(operations.Unchanged) as unchanged:
        edit(task, **edits)

    assert unchanged.value.found.id == task.pk
    assert stored(task) == before
    assert not Entry.objects.exists()


def test_there_is_nothing_to_edit_where_no_task_is():
    task = a_task()
    task.delete()
    task.pk = 4711

    with pytest.raises(NoSuchTask):
        edit(task, title="x")


def test_assigning_is_told_by_an_entry_of_its_own():
    edit(a_task(), assigned_to="@bob", title="Oil the fence")

    assert told() == [
        ("task.updated", {"title": ["Paint the fence", "Oil the fence"]}),
        ("task.assigned", {"assigned_to": [None, "@bob"]}),
    ]


def test_nothing_is_assigned_to_nobody_known():
    with pytest.raises(UnknownPrincipal):
        edit(a_task(), assigned_to="@mallory")


def test_the_holder_passes_the_task_on_and_its_fence_rises():
    task = a_task(Status.IN_PROGRESS)

    after = edit(task, assigned_to="@robo")

    assert (after.assigned_to, after.fence, after.status) == ("@robo", 2, Status.IN_PROGRESS)
    assert after.lease_expires_at > NOON
    with pytest.raises(StaleFence):
        edit(task, assigned_to="@bob")


def test_nobody_else_takes_a_held_task_away():
    task = a_task(Status.IN_PROGRESS)

    with pytest.raises(NotHolder):
        edit(task, BOB, assigned_to="@bob")
    assert edit(task, ADMIN, assigned_to="@bob").assigned_to == "@bob"


def test_a_held_task_is_released_to_have_no_holder():
    with pytest.raises(HolderNeeded):
        edit(a_task(Status.REVIEW), assigned_to=None)
    assert edit(a_task(Status.IN_PROGRESS), status=Status.PENDING, assigned_to=None).version == 2


@pytest.mark.parametrize("status", [Status.REVIEW, Status.BLOCKED])
def test_a_task_that_rests_is_passed_on_without_a_lease(status):
    members: dict[str, Any] = {"blocked_from": "in_progress"} if status is Status.BLOCKED else {}

    after = edit(a_task(status, **members), assigned_to="@robo")

    assert (after.assigned_to, after.lease_expires_at) == ("@robo", None)


@pytest.mark.parametrize(
    ("caller", "allowed"), [(ALICE, True), (ADMIN, True), (BOB, False), (ROBO, False)]
)
def test_the_creator_and_administrators_ask_to_cancel(caller, allowed):
    task = a_task(Status.IN_PROGRESS, holder=ROBO)

    if allowed:
        assert edit(task, caller, cancel_requested=True).cancel_requested
    else:
        with pytest.raises(NotCreator):
            edit(task, caller, cancel_requested=True)


def test_a_status_does_what_its_verb_does():
    after = edit(a_task(), status=Status.IN_PROGRESS)

    assert (after.assigned_to, after.fence) == ("@alice", 1)
    assert [action for action, _ in told()] == ["task.started"]


def test_a_status_is_reached_before_the_rest_changes():
    after = edit(a_task(), status=Status.IN_PROGRESS, assigned_to="@bob", title="Oil the fence")

    assert (after.assigned_to, after.status, after.fence) == ("@bob", Status.IN_PROGRESS, 2)
    assert [action for action, _ in told()] == ["task.started", "task.updated", "task.assigned"]


def test_a_status_out_of_reach_is_refused_with_all_the_rest():
    task = a_task()
    before = stored(task)

    with pytest.raises(StatusOutOfReach, match="from 'pending' to 'completed'"):
        edit(task, status=Status.COMPLETED, title="Oil the fence")

    assert stored(task) == before


def test_a_refused_member_undoes_the_step_beside_it():
    task = a_task()
    before = stored(task)

    with pytest.raises(UnknownPrincipal):
        edit(task, status=Status.IN_PROGRESS, assigned_to="@mallory")

    assert stored(task) == before
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("status", "target"), [(Status.PENDING, Status.BLOCKED), (Status.REVIEW, Status.IN_PROGRESS)]
)
def test_a_step_that_needs_a_reason_gets_one(status, target):
    caller = BOB if status is Status.REVIEW else ALICE
    task = a_task(status)

    with pytest.raises(InvalidInput) as refused:
        edit(task, caller, status=target)

    assert refused.value.faults[0].pointer == "/reason"
    assert edit(task, caller, status=target, reason="It rains.").status == target


@pytest.mark.parametrize(("caller", "action"), [(ALICE, "task.completed"), (BOB, "task.approved")])
def test_completing_out_of_review_is_the_holders_and_approving_the_others(caller, action):
    edit(a_task(Status.REVIEW), caller, status=Status.COMPLETED)

    assert [told_action for told_action, _ in told()] == [action]


def test_one_who_passed_the_task_on_is_told_so_when_they_report():
    task = a_task(Status.IN_PROGRESS)
    edit(task, assigned_to="@bob")

    with pytest.raises(StaleFence), acting(ALICE) as journal:
        operations.take_step(Verb.SUBMIT, task_id=task.pk, caller=ALICE, journal=journal)
