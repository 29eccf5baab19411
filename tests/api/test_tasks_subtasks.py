"""GET and POST /api/tasks/{id}/subtasks"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.lifecycle import Status
from tasks.models import Task
from tests.factories import a_task, make_history_unwritable


def path(task):
    return f"/api/tasks/{task.pk}/subtasks"


def test_the_children_of_a_task_are_listed_newest_first(as_alice):
    parent = a_task()
    first, second = a_task(parent=parent), a_task(Status.COMPLETED, parent=parent)
    a_task(parent=first)

    assert [task["id"] for task in as_alice.get(path(parent)).json()] == [second.pk, first.pk]


def test_the_children_are_narrowed_ordered_and_paged(as_alice):
    parent = a_task()
    first, second = a_task(parent=parent), a_task(parent=parent)
    a_task(Status.COMPLETED, parent=parent)

    answer = as_alice.get(f"{path(parent)}?status=pending&ordering=created_at&limit=1&count=true")

    assert [task["id"] for task in answer.json()] == [first.pk]
    assert (answer["X-Total-Count"], 'rel="next"' in answer["Link"]) == ("2", True)
    assert second.pk not in [task["id"] for task in answer.json()]


def test_listing_the_children_is_two_statements(as_alice):
    parent = a_task()
    for _ in range(3):
        a_task(parent=parent)
    as_alice.get(path(parent))

    with CaptureQueriesContext(connection) as statements:
        as_alice.get(path(parent))

    assert len(statements) == 2


def test_a_subtask_is_made_under_the_task_of_the_path(as_alice):
    parent = a_task(project_slug="garden")

    answer = as_alice.post(path(parent), {"title": "Sand it"})

    body = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, f"/api/tasks/{body['id']}")
    assert (body["parent_id"], body["project_slug"]) == (parent.pk, "garden")
    assert as_alice.get(f"/api/tasks/{parent.pk}").json()["subtask_count"] == 1


@pytest.mark.parametrize("own", [True, False])
def test_a_body_may_name_the_parent_too_but_no_other(as_alice, own):
    parent, other = a_task(), a_task()
    named = parent.pk if own else other.pk

    answer = as_alice.post(path(parent), {"title": "Sand it", "parent_id": named})

    assert answer.status_code == (201 if own else 422)


def test_no_subtask_comes_under_a_completed_task(as_alice):
    answer = as_alice.post(path(a_task(Status.COMPLETED)), {"title": "Sand it"})

    assert (answer.status_code, answer.json()["code"]) == (409, "parent_completed")


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_task_that_is_not_there_has_none(as_alice, method):
    answer = getattr(as_alice, method)("/api/tasks/4711/subtasks", {})

    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_task")


def test_without_its_entry_there_is_no_subtask(as_alice):
    parent = a_task()
    make_history_unwritable()

    assert as_alice.post(path(parent), {"title": "Sand it"}).status_code == 503
    assert Task.objects.count() == 1


def test_it_takes_the_scopes(speak_as):
    parent = a_task()

    assert speak_as("@dana").get(path(parent)).status_code == 200
    assert speak_as("@dana").post(path(parent), {"title": "x"}).status_code == 403
    assert speak_as("@carol").get(path(parent)).status_code == 403
