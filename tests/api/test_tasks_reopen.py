"""POST /api/tasks/{id}/reopen"""

import pytest

from audit.models import Entry
from tasks.lifecycle import CLOSED, Status
from tests.factories import BOB, a_task


def reopen(client, task, **body):
    return client.post(f"/api/tasks/{task.pk}/reopen", body)


@pytest.mark.parametrize("status", sorted(CLOSED))
def test_a_closed_task_is_pending_again(as_alice, status):
    answer = reopen(as_alice, a_task(status, holder=BOB, cancel_requested=True), reason="It peels.")

    body = answer.json()
    assert (answer.status_code, body["status"], body["progress_percent"]) == (200, "pending", 0)
    assert (body["completed_at"], body["cancel_requested"]) == (None, False)
    assert Entry.objects.get().context == {"reason": "It peels."}


@pytest.mark.parametrize("status", sorted(set(Status) - CLOSED))
def test_nothing_else_is_reopened(as_alice, status):
    answer = reopen(as_alice, a_task(status))

    assert answer.status_code == 400
    assert answer.json()["error"] == f"Cannot reopen task with status '{status}'"


def test_a_subtask_is_not_reopened_under_a_completed_parent(as_alice):
    answer = reopen(as_alice, a_task(Status.CANCELLED, parent=a_task(Status.COMPLETED)))

    assert (answer.status_code, answer.json()["code"]) == (409, "parent_completed")
