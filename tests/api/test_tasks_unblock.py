"""POST /api/tasks/{id}/unblock"""

import pytest

from tasks.lifecycle import STEPS, Status, Verb
from tests.factories import BOB, a_task


def unblock(client, task, **body):
    return client.post(f"/api/tasks/{task.pk}/unblock", body)


@pytest.mark.parametrize("status", sorted(STEPS[Verb.BLOCK].sources))
def test_a_task_goes_back_to_where_it_was(as_alice, status):
    answer = unblock(as_alice, a_task(Status.BLOCKED, blocked_from=status.value))

    body = answer.json()
    assert (answer.status_code, body["status"], body["blocked_reason"]) == (200, status, None)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.BLOCKED}))
def test_nothing_else_is_unblocked(as_alice, status):
    answer = unblock(as_alice, a_task(status))

    assert answer.status_code == 400
    assert answer.json()["error"] == f"Cannot unblock task with status '{status}'"


def test_it_takes_no_body(as_alice):
    assert unblock(as_alice, a_task(Status.BLOCKED), reason="x").status_code == 422


def test_nobody_unblocks_what_another_holds(as_alice, as_admin):
    task = a_task(Status.BLOCKED, holder=BOB, blocked_from="in_progress")

    answer = unblock(as_alice, task)

    assert (answer.status_code, answer.json()["code"]) == (403, "not_holder")
    assert unblock(as_admin, task).status_code == 200
