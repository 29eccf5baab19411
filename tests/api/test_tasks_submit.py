"""POST /api/tasks/{id}/submit"""

import pytest

from audit.models import Entry
from tasks.lifecycle import Status
from tests.factories import ROBO, a_task


def submit(client, task, **body):
    return client.post(f"/api/tasks/{task.pk}/submit", body)


def test_the_holder_submits_and_the_lease_ends(as_robo):
    task = a_task()
    as_robo.post(f"/api/tasks/{task.pk}/start")

    answer = submit(as_robo, task, note="Look at it.", fence=1)

    body = answer.json()
    assert (answer.status_code, body["status"], body["assigned_to"]) == (200, "review", "@robo")
    assert body["lease_expires_at"] is None
    assert Entry.objects.latest("id").context == {"note": "Look at it.", "fence": 1}


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.IN_PROGRESS}))
def test_nothing_else_is_submitted(as_alice, status):
    answer = submit(as_alice, a_task(status))

    assert answer.status_code == 400
    assert answer.json()["error"] == f"Cannot submit task with status '{status}'"


def test_others_do_not_submit_it(as_alice):
    answer = submit(as_alice, a_task(Status.IN_PROGRESS, holder=ROBO))

    assert (answer.status_code, answer.json()["code"]) == (403, "not_holder")
