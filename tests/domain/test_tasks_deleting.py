"""A task goes, its history stays, and nothing is left that refers to it."""

import pytest

from audit.errors import AuditUnavailable
from audit.models import Entry
from tasks import operations
from tasks.errors import HasDependents, HasSubtasks, NoSuchTask, NotCreator, PeopleOnly
from tasks.lifecycle import Status
from tasks.models import Dependency, FormerHolder, Task
from tests.factories import (
    ADMIN,
    ALICE,
    BOB,
    PUSHER,
    ROBO,
    a_task,
    acting,
    make_history_unwritable,
)

pytestmark = pytest.mark.django_db


def delete(task, caller=ALICE):
    with acting(caller) as journal:
        operations.delete(task_id=task.pk, caller=caller, journal=journal)


@pytest.mark.parametrize("caller", [ALICE, ADMIN], ids=lambda caller: caller.id)
@pytest.mark.parametrize("status", Status)
def test_the_creator_and_administrators_delete_a_task(caller, status):
    task = a_task(status)
    Dependency.objects.create(task=task, depends_on=a_task())
    FormerHolder.objects.create(task=task, principal="@bob")

    delete(task, caller)

    assert not Task.objects.filter(pk=task.pk).exists()
    assert not Dependency.objects.exists()
    assert not FormerHolder.objects.exists()


def test_its_history_keeps_what_it_was():
    task = a_task(description="With oil.")

    delete(task)

    entry = Entry.objects.get()
    assert (entry.action, entry.task_id) == ("task.deleted", task.pk)
    assert entry.changes["title"] == ["Paint the fence", None]
    assert entry.changes["description"] == ["With oil.", None]


@pytest.mark.parametrize(
    ("caller", "refusal"), [(BOB, NotCreator), (ROBO, PeopleOnly), (PUSHER, PeopleOnly)]
)
def test_nobody_else_deletes_it(caller, refusal):
    task = a_task(created_by="@robo" if caller is ROBO else "@alice")

    with pytest.raises(refusal):
        delete(task, caller)

    assert Task.objects.filter(pk=task.pk).exists()


def test_it_does_not_go_from_over_its_subtasks():
    task = a_task()
    a_task(Status.CANCELLED, parent=task)

    with pytest.raises(HasSubtasks):
        delete(task)


def test_it_does_not_go_while_others_depend_on_it():
    task = a_task()
    Dependency.objects.create(task=a_task(), depends_on=task)

    with pytest.raises(HasDependents):
        delete(task)


def test_a_deletion_that_cannot_be_told_does_not_happen():
    task = a_task()
    make_history_unwritable()

    with pytest.raises(AuditUnavailable):
        delete(task)

    assert Task.objects.filter(pk=task.pk).exists()


def test_it_goes_once():
    task = a_task()
    delete(task)

    with pytest.raises(NoSuchTask):
        delete(Task(pk=4711))
