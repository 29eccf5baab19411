"""Each tag's tasks, as PostgreSQL keeps them beside the tasks: never other than their tags say."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from tasks.models import Task
from tests.factories import a_task

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.django_db]


def kept():
    """Return what is kept of tags, in their order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tag, task_id FROM tasks_tagged ORDER BY tag, task_id")
        return cursor.fetchall()


def said():
    """Return what the tasks say of them."""
    return sorted((tag, task.pk) for task in Task.objects.all() for tag in set(task.tags))


def step(name, forwards=True):
    """Take a migration's step once more, or back."""
    operations: Any = MigrationLoader(None).get_migration("tasks", name).operations
    state = ProjectState.from_apps(apps)
    with connection.schema_editor(atomic=False) as editor:
        for operation in operations if forwards else reversed(operations):
            way = operation.database_forwards if forwards else operation.database_backwards
            way("tasks", editor, state, state)


def test_tags_are_followed_whatever_becomes_of_a_task():
    oak, elm = a_task(tags=["wood", "tall", "wood"]), a_task(tags=["wood"])
    Task.objects.bulk_create(
        [Task(**{**values(elm), "tags": ["tall", "new"]}), Task(**values(elm))]
    )
    assert (kept(), len(kept())) == (said(), 6)

    Task.objects.filter(pk=oak.pk).update(tags=["tall", "old"], title="Oak")
    assert (kept(), len(kept())) == (said(), 6)

    Task.objects.filter(pk=oak.pk).update(tags=[])
    Task.objects.filter(pk=elm.pk).delete()
    assert (kept(), len(kept())) == (said(), 3)


def values(task):
    return {field.attname: getattr(task, field.attname)
            for field in Task._meta.concrete_fields if not field.primary_key}  # fmt: skip


def test_what_is_taken_back_is_taken_back_here_too():
    oak = a_task(tags=["wood"])

    with transaction.atomic():
        Task.objects.filter(pk=oak.pk).update(tags=["tall"])
        transaction.set_rollback(True)

    assert kept() == said() == [("wood", oak.pk)]


def test_a_step_of_a_task_s_life_leaves_its_tags_alone(as_alice):
    task = a_task(tags=["wood"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text FROM tasks_tagged")
        before = cursor.fetchall()

        assert as_alice.post(f"/api/tasks/{task.pk}/start").status_code == 200

        cursor.execute("SELECT xmin::text FROM tasks_tagged")
        assert cursor.fetchall() == before


@pytest.mark.django_db(transaction=True)
def test_tasks_that_were_there_before_are_found_by_their_tags(as_alice, monkeypatch):
    monkeypatch.setattr("tasks.migrations.0011_tags_that_are_there.AT_ONCE", 2)
    step("0011_tags_that_are_there", forwards=False)
    step("0010_tags_in_order", forwards=False)
    tasks = [a_task(tags=["wood"] if number % 2 else ["wood", "tall"]) for number in range(5)]

    step("0010_tags_in_order")
    assert kept() == []
    tasks.append(a_task(tags=["tall"]))
    for _ in range(2):  # an attempt that was cut off is begun anew
        step("0011_tags_that_are_there")

    assert (kept(), len(kept())) == (said(), 9)
    found = as_alice.get("/api/tasks?tag=tall").json()
    assert [each["id"] for each in found] == [tasks[place].pk for place in (5, 4, 2, 0)]
