"""GET /api/tasks/next"""

import pytest

from tasks.lifecycle import Status
from tests.api.test_tasks_claim import a_lapsed_task
from tests.factories import a_task, stored

PATH = "/api/tasks/next"


def test_it_shows_what_a_claim_would_take(as_robo):
    a_task()
    task = a_task(priority=3)
    before = stored(task)

    shown = as_robo.get(PATH)

    assert (shown.status_code, shown.json()["id"]) == (200, task.pk)
    assert shown.json() == as_robo.get(f"/api/tasks/{task.pk}").json()
    assert stored(task) == before
    assert as_robo.post("/api/tasks/claim").json()["id"] == task.pk


def test_it_shows_a_lapsed_task(as_robo):
    a_task()
    task = a_lapsed_task(priority=3)

    assert as_robo.get(PATH).json()["id"] == task.pk


def test_nothing_ready_is_told_with_when_to_ask_again(as_robo):
    a_task(Status.IN_PROGRESS)

    answer = as_robo.get(PATH)

    assert (answer.status_code, answer.content) == (204, b"")
    assert int(answer["Retry-After"]) > 0


@pytest.mark.parametrize(("query", "status"), [
    ("project=garden", 200), ("project=house", 204), ("tags=wood&tags=oil", 200),
    ("tags=wood&tags=iron", 204), ("priority_at_least=high", 200),
    ("priority_at_least=critical", 204), ("project=no%20slug", 422), ("tag=wood", 422),
    ("priority_at_least=7", 422), ("lease_seconds=60", 422), ("project=a&project=b", 422),
])  # fmt: skip
def test_it_is_narrowed_as_a_claim_is(as_robo, query, status):
    a_task(project_slug="garden", tags=["wood", "oil"], priority=2)

    assert as_robo.get(f"{PATH}?{query}").status_code == status


def test_it_takes_the_scope_to_read(speak_as):
    a_task()

    assert speak_as("@dana").get(PATH).status_code == 200
    assert speak_as("@carol").get(PATH).status_code == 403
