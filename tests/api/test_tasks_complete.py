"""POST /api/tasks/{id}/complete"""

import pytest

from audit.models import Entry
from tasks.lifecycle import STEPS, Status, Verb
from tests.factories import BOB, a_task


def complete(client, task, **body):
    return client.post(f"/api/tasks/{task.pk}/complete", body)


@pytest.mark.parametrize("status", sorted(STEPS[Verb.COMPLETE].sources))
def test_the_holder_completes(as_alice, status):
    answer = complete(as_alice, a_task(status, progress_percent=30), note="Dry.", fence=1)

    body = answer.json()
    assert (answer.status_code, body["status"], body["progress_percent"]) == (200, "completed", 100)
    assert body["completed_at"] == body["updated_at"]
    assert Entry.objects.get().context == {"note": "Dry.", "fence": 1}


@pytest.mark.parametrize("status", sorted(set(Status) - STEPS[Verb.COMPLETE].sources))
def test_nothing_else_is_completed(as_alice, status):
    answer = complete(as_alice, a_task(status))

    assert answer.status_code == 400
    assert answer.json()["error"] == f"Cannot complete task with status '{status}'"


def test_a_parent_is_not_completed_over_open_children(as_alice):
    parent = a_task(Status.IN_PROGRESS)
    a_task(parent=parent)

    answer = complete(as_alice, parent)

    assert (answer.status_code, answer.json()["code"]) == (409, "subtasks_open")


def test_others_do_not_complete_it(as_bob, as_robo):
    for client in (as_bob, as_robo):
        answer = complete(client, a_task(Status.IN_PROGRESS))
        assert (answer.status_code, answer.json()["code"]) == (403, "not_holder")


def test_a_stale_fence_completes_nothing(as_bob):
    answer = complete(as_bob, a_task(Status.IN_PROGRESS, holder=BOB), fence=0)

    assert (answer.status_code, answer.json()["code"]) == (409, "stale_fence")


@pytest.mark.parametrize("body", [{"note": 7}, {"note": "x" * 2001}, {"fence": -1}, {"x": 1}])
def test_a_body_that_does_not_fit_is_refused(as_alice, body):
    assert complete(as_alice, a_task(Status.IN_PROGRESS), **body).status_code == 422
