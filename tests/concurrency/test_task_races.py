"""Changes that contend for one task, or that only together would break a rule."""

from typing import Any

import pytest

from audit.models import Entry
from tasks import operations
from tasks.errors import HasDependents, NoSuchTask, ParentCompleted, RowsRefused, SubtasksOpen
from tasks.lifecycle import OPEN, Status, Verb
from tasks.models import Comment, Dependency, Task
from tasks.operations.records import Record, Sheet
from tests.concurrency.threads import at_once
from tests.factories import ALICE, a_task, acting
from wire.errors import DomainError, InvalidInput

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 5


def attempt(operation, *arguments, **members):
    """Tell what came of an operation: True, or the kind of refusal."""
    try:
        with acting(ALICE) as journal:
            operation(*arguments, **members, caller=ALICE, journal=journal)
    except DomainError as refused:
        return type(refused)
    return True


def test_reports_that_come_together_are_all_kept_one_after_the_other():
    task = a_task(Status.IN_PROGRESS).pk

    def report(number):
        asked = operations.Asked(percent=number + 1)
        return attempt(operations.take_step, Verb.PROGRESS, task_id=task, asked=asked)

    heard = at_once(16, report)

    assert heard == [True] * 16
    steps = [e.changes["progress_percent"] for e in Entry.objects.filter(task_id=task)]
    assert {old for old, _ in steps} | {steps[0][1]} <= {new for _, new in steps} | {0}
    assert sorted(new for _, new in steps) == list(range(1, 17))
    assert len({old for old, _ in steps}) == 16
    assert Task.objects.get(pk=task).version == 17


def add(how, parent, child):
    """Bring an open child under the parent in one of the three ways."""
    if how == "create":
        return attempt(operations.create, operations.Draft(title="Sand", parent_id=parent.pk))
    if how == "reopen":
        return attempt(operations.take_step, Verb.REOPEN, task_id=child.pk)
    return attempt(operations.edit, {"parent_id": parent.pk}, task_id=child.pk)


@pytest.mark.parametrize("round_number", range(ROUNDS))
@pytest.mark.parametrize("how", ["create", "reopen", "move"])
def test_no_parent_is_completed_over_a_child_that_comes_at_that_instant(how, round_number):
    parent = a_task(Status.IN_PROGRESS)
    closed: dict[str, Any] = {} if how == "move" else {"status": Status.CANCELLED, "parent": parent}
    children = [a_task(**closed) for _ in range(7)]

    def act(number):
        if number == 0:
            return attempt(operations.take_step, Verb.COMPLETE, task_id=parent.pk)
        return add(how, parent, children[number - 1])

    completed, *added = at_once(8, act)

    assert completed in {True, SubtasksOpen}
    assert set(added) == ({ParentCompleted} if completed is True else {True})
    parent.refresh_from_db()
    is_open = parent.subtasks.filter(status__in=list(OPEN)).exists()
    assert is_open == (parent.status != Status.COMPLETED)


@pytest.mark.parametrize("length", [2, 3, 5])
@pytest.mark.parametrize("member", ["parent_id", "depends_on"])
def test_edits_that_would_close_a_cycle_together_do_not_all_succeed(member, length):
    for _ in range(ROUNDS):
        tasks = [a_task().pk for _ in range(length)]

        def act(number, tasks=tasks):
            after = tasks[(number + 1) % length]
            value = after if member == "parent_id" else [after]
            return attempt(operations.edit, {member: value}, task_id=tasks[number])

        heard = at_once(length, act)

        assert sorted(heard, key=str) == [InvalidInput] + [True] * (length - 1)


def test_a_task_is_deleted_or_given_a_child_but_not_both():
    for _ in range(ROUNDS):
        task = a_task()

        def act(number, task=task):
            if number == 0:
                return attempt(operations.delete, task_id=task.pk)
            return attempt(operations.create, operations.Draft(title="Sand", parent_id=task.pk))

        deleted, *added = at_once(4, act)

        assert (deleted is True) == (set(added) == {InvalidInput})
        assert Task.objects.filter(pk=task.pk).exists() == (deleted is not True)


def test_a_task_is_deleted_or_commented_on_before_but_no_comment_is_left_over():
    for _ in range(ROUNDS):
        task = a_task()

        def act(number, task=task):
            if number == 0:
                return attempt(operations.delete, task_id=task.pk)
            return attempt(operations.comment, "It rains.", task_id=task.pk)

        deleted, *said = at_once(4, act)

        assert deleted is True
        assert set(said) <= {True, NoSuchTask}
        assert not Comment.objects.exists()


def test_a_parent_is_completed_or_comes_over_imported_tasks_but_not_both():
    for _ in range(ROUNDS):
        parent = a_task(Status.IN_PROGRESS).pk

        def act(number, parent=parent):
            if number == 0:
                return attempt(operations.take_step, Verb.COMPLETE, task_id=parent)
            record = Record(row=0, line=1, title="Sand", parent_id=parent)
            return attempt(operations.bring_in, Sheet(1, [record], set(), []))

        completed, *brought = at_once(3, act)

        open_children = Task.objects.filter(parent=parent).count()
        assert (completed is True) == (set(brought) == {RowsRefused}) == (open_children == 0)


def test_what_another_task_comes_to_depend_on_is_not_deleted_from_under_it():
    for _ in range(ROUNDS):
        needed, task = a_task(), a_task()

        def act(number, needed=needed, task=task):
            if number == 0:
                return attempt(operations.delete, task_id=needed.pk)
            return attempt(operations.edit, {"depends_on": [needed.pk]}, task_id=task.pk)

        heard = at_once(2, act)

        assert heard in ([True, InvalidInput], [HasDependents, True])
        assert Dependency.objects.filter(task=task).exists() == (heard[1] is True)
