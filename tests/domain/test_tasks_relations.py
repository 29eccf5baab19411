"""Parents wait for their children, tasks for what they depend on, and nothing for itself."""

from itertools import pairwise

import pytest

from tasks import operations, reading
from tasks.errors import DependenciesOpen, ParentCompleted, SubtasksOpen
from tasks.lifecycle import CLOSED, OPEN, Status, Verb
from tasks.models import Dependency
from tests.factories import ALICE, BOB, a_task, acting, stored
from wire.errors import InvalidInput

pytestmark = pytest.mark.django_db


def take(verb, task, caller=ALICE):
    with acting(caller) as journal:
        return operations.take_step(verb, task_id=task.pk, caller=caller, journal=journal)


def edit(task, **edits):
    with acting(ALICE) as journal:
        return operations.edit(edits, task_id=task.pk, caller=ALICE, journal=journal)


def chain(length):
    """Tasks of which each stands above the next."""
    tasks = [a_task()]
    for _ in range(length - 1):
        tasks.append(a_task(parent=tasks[-1]))
    return tasks


def waiting(length):
    """Tasks of which each waits for the next."""
    tasks = [a_task() for _ in range(length)]
    for task, after in pairwise(tasks):
        Dependency.objects.create(task=task, depends_on=after)
    return tasks


@pytest.mark.parametrize("status", sorted(OPEN))
def test_a_parent_is_not_completed_over_an_open_child(status):
    parent = a_task(Status.IN_PROGRESS)
    a_task(status, parent=parent)

    with pytest.raises(SubtasksOpen):
        take(Verb.COMPLETE, parent)


@pytest.mark.parametrize("status", sorted(CLOSED))
def test_a_parent_is_completed_over_closed_children(status):
    parent = a_task(Status.IN_PROGRESS)
    a_task(status, parent=parent)

    assert take(Verb.COMPLETE, parent).status == Status.COMPLETED


def test_a_parent_is_not_approved_over_an_open_child():
    parent = a_task(Status.REVIEW)
    a_task(parent=parent)

    with pytest.raises(SubtasksOpen):
        take(Verb.APPROVE, parent, BOB)


def test_a_parent_may_be_cancelled_over_its_children():
    parent = a_task()
    a_task(parent=parent)

    assert take(Verb.CANCEL, parent).status == Status.CANCELLED


def test_a_child_is_not_reopened_under_a_completed_parent():
    child = a_task(Status.COMPLETED, parent=a_task(Status.COMPLETED))
    before = stored(child)

    with pytest.raises(ParentCompleted):
        take(Verb.REOPEN, child)

    assert stored(child) == before


def test_reopening_a_child_moves_its_open_parent_on():
    parent = a_task(Status.IN_PROGRESS)
    child = a_task(Status.COMPLETED, parent=parent)

    take(Verb.REOPEN, child)

    assert stored(parent)["version"] == parent.version + 1


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.COMPLETED}))
def test_a_task_does_not_start_before_what_it_depends_on_is_completed(status):
    task = a_task()
    Dependency.objects.create(task=task, depends_on=a_task(status))

    with pytest.raises(DependenciesOpen):
        take(Verb.START, task)


def test_a_task_starts_after_what_it_depends_on():
    task = a_task()
    Dependency.objects.create(task=task, depends_on=a_task(Status.COMPLETED))

    assert take(Verb.START, task).status == Status.IN_PROGRESS


@pytest.mark.parametrize("length", [1, 2, 3, 12])
def test_no_task_comes_to_stand_above_itself(length):
    tasks = chain(length)

    with pytest.raises(InvalidInput) as refused:
        edit(tasks[0], parent_id=tasks[-1].pk)

    assert [(f.pointer, f.code) for f in refused.value.faults] == [("/parent_id", "cycle")]


@pytest.mark.parametrize("length", [1, 2, 3, 12])
def test_no_task_comes_to_wait_for_itself(length):
    tasks = waiting(length)

    with pytest.raises(InvalidInput) as refused:
        edit(tasks[-1], depends_on=[tasks[0].pk])

    assert [(f.pointer, f.code) for f in refused.value.faults] == [("/depends_on", "cycle")]


def test_two_ways_to_one_task_are_no_cycle():
    top, left, right, bottom = (a_task() for _ in range(4))
    for task, after in [(top, left), (top, right), (left, bottom)]:
        Dependency.objects.create(task=task, depends_on=after)

    assert edit(right, depends_on=[bottom.pk]).depends_on == [bottom.pk]


def test_a_task_moves_between_parents_and_out():
    first, second = a_task(), a_task()
    child = a_task(parent=first)

    assert edit(child, parent_id=second.pk).parent_id == second.pk
    assert edit(child, parent_id=None).parent_id is None


def test_an_open_task_does_not_move_under_a_completed_one_but_a_closed_one_does():
    done = a_task(Status.COMPLETED)

    with pytest.raises(ParentCompleted):
        edit(a_task(), parent_id=done.pk)
    assert edit(a_task(Status.CANCELLED), parent_id=done.pk).parent_id == done.pk


def test_what_a_task_depends_on_is_replaced_as_a_whole():
    kept, dropped, added = (a_task() for _ in range(3))
    task = a_task()
    edit(task, depends_on=[kept.pk, dropped.pk])

    after = edit(task, depends_on=[kept.pk, added.pk])

    assert after.depends_on == [kept.pk, added.pk]
    assert reading.get(task.pk, caller=ALICE).depends_on == [kept.pk, added.pk]
