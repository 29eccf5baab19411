"""The rules that the database holds itself, each broken once."""

import pytest
from django.db import IntegrityError, transaction

from tasks.constraints import RULES
from tasks.lifecycle import Status
from tasks.models import Dependency, FormerHolder, Task
from tests.factories import NOON, a_project, a_task

pytestmark = pytest.mark.django_db

IN_PROGRESS, REVIEW, COMPLETED, BLOCKED = (
    Status.IN_PROGRESS, Status.REVIEW, Status.COMPLETED, Status.BLOCKED,
)  # fmt: skip
VIOLATIONS = [
    ("tasks_title_not_empty", Status.PENDING, {"title": ""}),
    ("tasks_status_is_known", Status.PENDING, {"status": "paused"}),
    ("tasks_priority_is_known", Status.PENDING, {"priority": 4}),
    ("tasks_priority_is_known", Status.PENDING, {"priority": -1}),
    ("tasks_percent_in_range", Status.PENDING, {"progress_percent": 101}),
    ("tasks_percent_in_range", Status.PENDING, {"progress_percent": -1}),
    ("tasks_completed_at_iff_completed", COMPLETED, {"completed_at": None}),
    ("tasks_completed_at_iff_completed", COMPLETED, {"progress_percent": 99}),
    ("tasks_completed_at_iff_completed", Status.PENDING, {"completed_at": NOON}),
    ("tasks_blocked_from_iff_blocked", BLOCKED, {"blocked_reason": None}),
    ("tasks_blocked_from_iff_blocked", BLOCKED, {"blocked_from": None}),
    ("tasks_blocked_from_iff_blocked", BLOCKED, {"blocked_from": "completed"}),
    ("tasks_blocked_from_iff_blocked", Status.PENDING, {"blocked_reason": "rain"}),
    ("tasks_held_has_its_holder", IN_PROGRESS, {"assigned_to": None}),
    ("tasks_held_has_its_holder", IN_PROGRESS, {"assigned_to": None, "held_by": None}),
    ("tasks_held_has_its_holder", REVIEW, {"assigned_to": "@bob"}),
    ("tasks_lease_only_in_progress", Status.PENDING, {"lease_expires_at": NOON}),
    ("tasks_lease_only_in_progress", IN_PROGRESS, {"lease_expires_at": NOON}),
    ("tasks_lease_within_a_day", Status.PENDING, {"lease_seconds": 86_401}),
    ("tasks_lease_within_a_day", Status.PENDING, {"lease_seconds": 0}),
]


@pytest.mark.parametrize(("constraint", "status", "broken"), VIOLATIONS)
def test_the_database_refuses(constraint, status, broken):
    task = a_task(status)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(**broken)


def test_the_database_refuses_a_task_above_itself():
    task = a_task()

    with pytest.raises(IntegrityError, match="tasks_not_own_parent"), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(parent=task)


def test_every_constraint_of_a_task_is_broken_somewhere_here():
    broken = {name for name, *_ in VIOLATIONS} | {"tasks_not_own_parent"}

    assert broken == RULES.rules.keys()


def test_the_database_refuses_a_task_that_waits_for_itself():
    task = a_task()

    with pytest.raises(IntegrityError, match="tasks_not_own_dependency"), transaction.atomic():
        Dependency.objects.create(task=task, depends_on=task)


@pytest.mark.parametrize("kind", [Dependency, FormerHolder])
def test_the_database_refuses_to_say_the_same_twice(kind):
    task, other = a_task(), a_task()
    what = {"depends_on": other} if kind is Dependency else {"principal": "@bob"}
    kind.objects.create(task=task, **what)

    with pytest.raises(IntegrityError, match=r"(?i)unique"), transaction.atomic():
        kind.objects.create(task=task, **what)


@pytest.mark.parametrize("status", Status)
def test_the_factory_makes_what_the_database_allows(status):
    assert a_task(status).pk


def test_a_project_has_a_slug_and_a_member_a_known_role_once():
    project = a_project("shed", {"@alice": "owner"})
    alice = {"principal": "@alice", "role": "viewer", "added_by": "@bob", "added_at": NOON}
    broken = [
        ("tasks_project_has_a_slug", lambda: a_project("")),
        ("tasks_member_role_is_known", lambda: project.members.update(role="boss")),
        (
            "tasks_member",
            lambda: project.members.create(**alice),
        ),
    ]

    for constraint, break_it in broken:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            break_it()
