"""POST /api/tasks/{id}/cancel"""

import pytest

from audit.models import Entry
from tasks.lifecycle import OPEN, Status
from tests.factories import BOB, a_task


def cancel(client, task, **body):
    return client.post(f"/api/tasks/{task.pk}/cancel", body)


@pytest.mark.parametrize("status", sorted(OPEN))
def test_an_open_task_is_cancelled(as_alice, status):
    answer = cancel(as_alice, a_task(status), reason="It was stolen.")

    body = answer.json()
    assert (answer.status_code, body["status"], body["blocked_reason"]) == (200, "cancelled", None)
    assert Entry.objects.get().context == {"reason": "It was stolen."}


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": None}])
def test_it_may_go_without_a_reason(as_alice, body):
    assert cancel(as_alice, a_task(), **body).status_code == 200
    assert Entry.objects.get().context == {}


@pytest.mark.parametrize("status", sorted(set(Status) - OPEN))
def test_nothing_else_is_cancelled(as_alice, status):
    answer = cancel(as_alice, a_task(status))

    assert answer.status_code == 400
    assert answer.json()["error"] == f"Cannot cancel task with status '{status}'"


def test_nobody_cancels_what_another_holds(as_alice):
    answer = cancel(as_alice, a_task(Status.IN_PROGRESS, holder=BOB))

    assert (answer.status_code, answer.json()["code"]) == (403, "not_holder")
