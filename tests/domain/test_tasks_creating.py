"""A task is made whole, or not at all."""

import pytest

from accounts.models import Account
from audit.errors import AuditUnavailable
from audit.models import Entry
from tasks import operations
from tasks.errors import ParentCompleted, UnknownPrincipal
from tasks.lifecycle import Status
from tasks.models import Dependency, Task
from tests.factories import ALICE, NOON, ROBO, a_task, acting, make_history_unwritable
from wire.errors import InvalidInput

pytestmark = pytest.mark.django_db


def make(caller=ALICE, **members):
    draft = operations.Draft(**{"title": "Paint the fence", **members})
    with acting(caller) as journal:
        return operations.create(draft, caller=caller, journal=journal)


def test_a_new_task_is_pending_and_says_who_made_it():
    task = make(ROBO)

    assert (task.status, task.version, task.fence) == (Status.PENDING, 1, 0)
    assert (task.created_by, task.created_at, task.updated_at) == ("@robo", NOON, NOON)


@pytest.mark.only_on("postgresql")  # SQLite has no sequences
def test_its_id_is_of_the_sequence_that_numbers_what_is_made_otherwise():
    made = make()

    assert (
        Task.objects.create(title="Mow", created_by="@bob", created_at=NOON, updated_at=NOON).id
        > made.id
    )
    assert make().id == made.id + 2


def test_making_a_task_is_told_with_all_it_was_given():
    task = make(tags=("wood",), due_date=NOON)

    entry = Entry.objects.get()
    assert (entry.action, entry.task_id) == ("task.created", task.id)
    assert entry.changes == {
        "title": [None, "Paint the fence"],
        "status": [None, "pending"],
        "priority": [None, "medium"],
        "due_date": [None, "2026-03-01T12:00:00Z"],
        "tags": [None, ["wood"]],
        "created_by": [None, "@alice"],
    }


def test_a_task_whose_making_cannot_be_told_is_not_made():
    make_history_unwritable()

    with pytest.raises(AuditUnavailable):
        make()

    assert not Task.objects.exists()


@pytest.mark.parametrize("assignee", ["@bob", "@alice", "clerk:user_1", "sa:x@y.example"])
def test_a_task_can_be_made_for_somebody(assignee):
    Account.objects.create(handle="@bob")

    assert make(assigned_to=assignee).assigned_to == assignee


@pytest.mark.parametrize("assignee", ["@bob", "bob", "me", ":x", "clerk:", "cl erk:x", "@", "a:\n"])
def test_a_task_cannot_be_made_for_nobody(assignee):
    with pytest.raises(UnknownPrincipal) as refused:
        make(assigned_to=assignee)

    assert refused.value.faults[0].pointer == "/assigned_to"
    assert not Task.objects.exists()


def test_a_subtask_comes_into_its_parents_project():
    parent = a_task(project_slug="garden")

    assert make(parent_id=parent.pk).project_slug == "garden"
    assert make(parent_id=parent.pk, project_slug="house").project_slug == "house"


def test_a_subtask_moves_its_parent_on():
    parent = a_task()

    make(parent_id=parent.pk)

    assert Task.objects.get(pk=parent.pk).version == parent.version + 1


def test_no_subtask_comes_under_a_completed_parent():
    parent = a_task(Status.COMPLETED)

    with pytest.raises(ParentCompleted):
        make(parent_id=parent.pk)

    assert Task.objects.count() == 1


def test_a_missing_parent_is_named():
    with pytest.raises(InvalidInput) as refused:
        make(parent_id=4711)

    assert [(f.pointer, f.code) for f in refused.value.faults] == [("/parent_id", "unknown_task")]


def test_dependencies_are_kept_in_order():
    first, second = a_task(), a_task()

    task = make(depends_on=(second.pk, first.pk))

    assert task.depends_on == [first.pk, second.pk]
    assert Dependency.objects.filter(task=task.id).count() == 2


def test_each_missing_dependency_is_named():
    there = a_task()

    with pytest.raises(InvalidInput) as refused:
        make(depends_on=(4711, there.pk, 4712))

    assert [fault.pointer for fault in refused.value.faults] == ["/depends_on/0", "/depends_on/2"]
