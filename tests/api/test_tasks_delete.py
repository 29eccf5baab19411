"""DELETE /api/tasks/{id}"""

import pytest

from audit.models import Entry
from tasks.models import Dependency, Task
from tests.factories import a_task, make_history_unwritable


def test_a_task_is_deleted_and_its_history_stays(as_alice):
    task = a_task()

    answer = as_alice.delete(f"/api/tasks/{task.pk}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert as_alice.get(f"/api/tasks/{task.pk}").status_code == 404
    assert Entry.objects.get(task_id=task.pk).action == "task.deleted"


@pytest.mark.parametrize(
    ("handle", "code"),
    [("@bob", "not_creator"), ("@robo", "people_only"), ("@dana", "forbidden")],
)
def test_others_do_not_delete_it(speak_as, handle, code):
    task = a_task()

    answer = speak_as(handle).delete(f"/api/tasks/{task.pk}")

    assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert Task.objects.filter(pk=task.pk).exists()


def test_an_administrator_deletes_it(as_admin):
    assert as_admin.delete(f"/api/tasks/{a_task().pk}").status_code == 204


def test_it_is_not_deleted_from_over_its_subtasks(as_alice):
    task = a_task()
    a_task(parent=task)

    answer = as_alice.delete(f"/api/tasks/{task.pk}")

    assert (answer.status_code, answer.json()["code"]) == (409, "has_subtasks")


def test_it_is_not_deleted_while_others_depend_on_it(as_alice):
    task = a_task()
    Dependency.objects.create(task=a_task(), depends_on=task)

    answer = as_alice.delete(f"/api/tasks/{task.pk}")

    assert (answer.status_code, answer.json()["code"]) == (409, "has_dependents")


def test_without_its_entry_it_is_not_deleted(as_alice):
    task = a_task()
    make_history_unwritable()

    assert as_alice.delete(f"/api/tasks/{task.pk}").status_code == 503
    assert Task.objects.filter(pk=task.pk).exists()


def test_a_task_that_is_not_there(as_alice):
    assert as_alice.delete("/api/tasks/4711").status_code == 404
