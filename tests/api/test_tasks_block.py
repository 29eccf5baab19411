"""POST /api/tasks/{id}/block"""

import pytest

from audit.models import Entry
from tasks.lifecycle import STEPS, Status, Verb
from tests.factories import BOB, a_task


def block(client, task, **body):
    return client.post(f"/api/tasks/{task.pk}/block", body)


@pytest.mark.parametrize("status", sorted(STEPS[Verb.BLOCK].sources))
def test_a_task_is_blocked_for_a_reason(as_alice, status):
    answer = block(as_alice, a_task(status), reason="It rains.")

    body = answer.json()
    assert (answer.status_code, body["status"], body["blocked_reason"]) == (
        200, "blocked", "It rains.",
    )  # fmt: skip
    entry = Entry.objects.get()
    assert entry.changes["status"] == [status.value, "blocked"]
    assert entry.context == {"reason": "It rains."}


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": None}, {"reason": "x" * 2001}])
def test_it_takes_a_reason(as_alice, body):
    assert block(as_alice, a_task(), **body).status_code == 422


@pytest.mark.parametrize("status", sorted(set(Status) - STEPS[Verb.BLOCK].sources))
def test_nothing_else_is_blocked(as_alice, status):
    answer = block(as_alice, a_task(status), reason="It rains.")

    assert answer.status_code == 400
    assert answer.json()["error"] == f"Cannot block task with status '{status}'"


def test_nobody_blocks_what_another_holds(as_alice):
    answer = block(as_alice, a_task(Status.REVIEW, holder=BOB), reason="It rains.")

    assert (answer.status_code, answer.json()["code"]) == (403, "not_holder")
