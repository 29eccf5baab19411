"""GET /api/tasks/{id}"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.lifecycle import Status
from tasks.models import Dependency, Task
from tasks.serializers import TaskOut
from tests.factories import NOON, a_task


def test_a_task_is_shown(as_alice):
    task = a_task(Status.BLOCKED, tags=["wood"])

    body = as_alice.get(f"/api/tasks/{task.pk}").json()

    assert (body["id"], body["status"], body["tags"]) == (task.pk, "blocked", ["wood"])
    assert body["blocked_reason"] == "It rains."


def test_a_parent_shows_how_many_of_its_children_are_done(as_alice):
    parent = a_task()
    for status in Status:
        a_task(status, parent=parent)

    body = as_alice.get(f"/api/tasks/{parent.pk}").json()

    assert (body["subtask_count"], body["subtasks_completed"]) == (len(Status), 1)


def test_a_task_with_all_that_belongs_to_it_is_one_statement(as_alice):
    task = a_task(parent=a_task())
    for _ in range(3):
        a_task(parent=task)
        Dependency.objects.create(task=task, depends_on=a_task())
    as_alice.get("/api/tasks/4711")

    with CaptureQueriesContext(connection) as statements:
        answer = as_alice.get(f"/api/tasks/{task.pk}")

    assert len(answer.json()["depends_on"]) == 3
    assert len(statements) == 1


def test_a_task_that_is_not_there(as_alice):
    answer = as_alice.get("/api/tasks/4711")

    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_task")


@pytest.mark.parametrize("name", ["007", "0", str(2**63), "1" * 400, "%E2%91%A0", "7/"])
def test_an_id_has_one_spelling(as_alice, name):
    assert as_alice.get(f"/api/tasks/{name}").status_code == 404


def test_the_quick_form_is_what_the_declared_fields_would_make(db):
    task = a_task(Status.IN_PROGRESS, due_date=NOON, tags=["wood"], lease_seconds=60,
                  lease_expires_at=NOON.replace(microsecond=5))  # fmt: skip
    row = Task.rows.get(pk=task.pk)

    told = TaskOut(row).data

    declared = TaskOut().fields
    assert list(told) == list(declared)
    for name, field in declared.items():
        value = getattr(row, name)
        if value is not None and name != "priority":
            assert field.to_representation(value) == told[name]


def test_it_takes_the_scope_to_read(speak_as):
    task = a_task()

    assert speak_as("@dana").get(f"/api/tasks/{task.pk}").status_code == 200
    assert speak_as("@carol").get(f"/api/tasks/{task.pk}").status_code == 403
