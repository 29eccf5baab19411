"""What is put together once says the same as what is put together each time."""

from datetime import timedelta

import pytest
from django.db import connection

from tasks import reading
from tasks.models import Task, moving, standing_of
from tests.factories import ADMIN, ALICE, BOB, NOON, ROBO, a_project, a_task, stored

pytestmark = pytest.mark.django_db


def planned():
    """The statements that this connection does not plan any more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [text for (text,) in cursor.fetchall()]


@pytest.fixture
def tasks():
    a_project("shed", {"@alice": "owner", "@bob": "viewer"})
    parent = a_task(project_slug="shed", tags=["a", "%s"], due_date=NOON)
    return [parent, a_task(parent=parent), a_task(title="'; %d")]


def test_one_task_is_read_as_in_a_list(tasks):
    for caller in (ALICE, ROBO, ADMIN, BOB, ALICE):
        for task in tasks:
            rows, standings = (
                [*kind.visible_to(caller).filter(pk=task.pk)]
                for kind in (Task.rows, Task.standings)
            )

            assert [Task.rows.one_visible_to(caller, task.pk)] == (rows or [None])
            assert [standing_of(task.pk, caller)] == (standings or [None])


def test_a_move_changes_what_it_is_told_to_and_nothing_else(tasks):
    task, later = tasks[0], NOON + timedelta(hours=1)
    before, row = stored(task), reading.get(task.pk, caller=ADMIN)
    others = [stored(other) for other in tasks[1:]]

    assert moving(row, later, {"tags": ["b"], "parent_id": None, "due_date": None}).make()

    changed = {"tags": ["b"], "due_date": None, "version": 2, "updated_at": later}
    assert stored(task) == {**before, **changed}
    assert [stored(other) for other in tasks[1:]] == others
    assert not moving(row, later, {"tags": []}).make()


@pytest.mark.only_on("postgresql")  # SQLite keeps no plans
def test_one_task_is_planned_once_and_a_list_for_what_it_looks_for(tasks):
    for _ in range(7):
        reading.get(tasks[2].pk, caller=ALICE)
        assert Task.rows.visible_to(ALICE).filter(status="pending", pk=tasks[2].pk).exists()

    about = [text for text in planned() if 'FROM "tasks_task"' in text]
    assert any('"tasks_task"."id" = $' in text for text in about)
    assert not any('"tasks_task"."status" = $' in text for text in about)
