"""A project's tasks are its members' alone; what others see tells nothing of them."""

from typing import cast

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.actors import ActorType
from tasks import listing, operations, reading
from tasks.errors import NoSuchTask, ParentCompleted
from tasks.lifecycle import Status, Verb
from tasks.models import Dependency, Task, standing_of
from tasks.rows import TaskRow
from tests.factories import (
    ADMIN,
    ALICE,
    BOB,
    NOON,
    PUSHER,
    ROBO,
    a_project,
    a_task,
    acting,
    somebody,
)

pytestmark = pytest.mark.django_db

ROBO_FOR_ALICE, ROBO_FOR_BOB = (
    somebody("@robo", kind=ActorType.AGENT, on_behalf_of=name) for name in ("@alice", "@bob")
)


def seen(task, caller):
    """Tell whether every way to a task finds it, or none does."""
    ways = {
        Task.objects.visible_to(caller).filter(pk=task.pk).exists(),
        Task.rows.visible_to(caller).filter(pk=task.pk).exists(),
        standing_of(task.pk, caller) is not None,
    }
    assert len(ways) == 1
    return ways.pop()


def as_seen(task, caller):
    return cast("TaskRow", Task.rows.visible_to(caller).get(pk=task.pk))


@pytest.mark.parametrize("slug", [None, "garden", "Shed"])
@pytest.mark.parametrize("caller", [ALICE, BOB, ROBO, PUSHER, ADMIN], ids=lambda c: c.id)
def test_without_a_project_of_its_slug_a_task_is_everybodys(slug, caller):
    a_project("shed", {"@alice": "owner"})

    assert seen(a_task(project_slug=slug), caller)


@pytest.mark.parametrize("role", ["viewer", "member", "owner"])
@pytest.mark.parametrize("caller", [ALICE, ROBO, PUSHER], ids=lambda c: c.id)
def test_members_see_the_tasks_of_their_project(caller, role):
    a_project("shed", {caller.id: role})
    a_project("other", {"@bob": "owner"})

    assert seen(a_task(project_slug="shed"), caller)


@pytest.mark.parametrize("caller", [BOB, ROBO, PUSHER], ids=lambda c: c.id)
def test_nobody_else_does_whether_they_made_it_hold_it_or_are_members_elsewhere(caller):
    a_project("shed", {"@alice": "owner"})
    a_project("other", {caller.id: "owner"})

    assert not seen(a_task(project_slug="shed"), caller)
    own = a_task(Status.IN_PROGRESS, holder=caller, project_slug="shed", created_by=caller.id)
    assert not seen(own, caller)


def test_administrators_see_everything():
    a_project("shed")

    assert seen(a_task(project_slug="shed"), ADMIN)


def test_who_acts_for_somebody_sees_what_that_one_sees():
    a_project("alices", {"@alice": "member"})
    a_project("robos", {"@robo": "member"})

    assert seen(a_task(project_slug="alices"), ROBO_FOR_ALICE)
    assert not seen(a_task(project_slug="robos"), ROBO_FOR_ALICE)
    assert not seen(a_task(project_slug="alices"), ROBO_FOR_BOB)


@pytest.fixture
def entangled(db):
    """An open task whose parent, child and need are in a project of Alice's."""
    a_project("shed", {"@alice": "owner"})
    parent = a_task(Status.COMPLETED, project_slug="shed")
    task = a_task(parent=parent)
    a_task(parent=task), a_task(Status.COMPLETED, parent=task, project_slug="shed")
    needed = a_task(project_slug="shed")
    Dependency.objects.create(task=task, depends_on=needed)
    return task, parent, needed


def test_relatives_out_of_sight_are_as_if_they_were_not_there(entangled):
    task, parent, needed = entangled

    for caller in (ALICE, ADMIN):
        row = as_seen(task, caller)
        assert (row.parent_id, row.depends_on) == (parent.pk, [needed.pk])
        assert (row.subtask_count, row.subtasks_completed) == (2, 1)
    row = as_seen(task, BOB)
    assert (row.parent_id, row.depends_on) == (None, [])
    assert (row.subtask_count, row.subtasks_completed) == (1, 0)


def test_nor_do_filters_tell_of_them(entangled):
    task, parent, _ = entangled

    def found(parent_id, caller):
        query = {"parent_id": parent_id, "count": True}
        page = listing.find(query, caller=caller, at=NOON)
        assert page.total == len(page.rows)
        return {row.id for row in page.rows}

    assert found(parent.pk, ALICE) == {task.pk}
    assert found(parent.pk, BOB) == set()
    assert (task.pk in found(0, ALICE), task.pk in found(0, BOB)) == (False, True)


def test_what_is_out_of_sight_still_counts_for_the_rules(entangled):
    task, _, needed = entangled
    Task.objects.filter(pk=task.pk).update(status="cancelled")

    with acting(BOB) as journal:
        operations.edit({"depends_on": [], "parent_id": None, "title": "x"},
                        task_id=task.pk, caller=BOB, journal=journal)  # fmt: skip
    with pytest.raises(ParentCompleted), acting(BOB) as journal:
        operations.take_step(Verb.REOPEN, task_id=task.pk, caller=BOB, journal=journal)

    assert as_seen(task, ALICE).depends_on == [needed.pk]


def test_to_be_seen_or_not_is_decided_in_one_statement():
    a_project("shed", {"@alice": "owner"})
    task = a_task(project_slug="shed")

    with CaptureQueriesContext(connection) as statements:
        assert reading.get(task.pk, caller=ALICE).id == task.pk
        with pytest.raises(NoSuchTask):
            reading.get(task.pk, caller=BOB)

    assert len(statements) == 2


def test_a_membership_counts_at_once():
    project = a_project("shed", {"@alice": "owner"})
    task = a_task(project_slug="shed")
    before = seen(task, BOB)
    project.members.create(principal="@bob", role="viewer", added_by="@alice", added_at=NOON)

    assert (before, seen(task, BOB)) == (False, True)
    project.members.filter(principal="@bob").delete()
    assert not seen(task, BOB)
