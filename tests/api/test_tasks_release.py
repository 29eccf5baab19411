"""POST /api/tasks/{id}/release"""

import pytest

from tasks.lifecycle import Status
from tests.factories import BOB, a_task


def release(client, task, **body):
    return client.post(f"/api/tasks/{task.pk}/release", body)


def test_the_holder_lets_go_and_another_starts(as_robo, as_bob):
    task = a_task()
    as_robo.post(f"/api/tasks/{task.pk}/start")

    answer = release(as_robo, task, note="No brush.", fence=1)

    body = answer.json()
    assert (answer.status_code, body["status"], body["assigned_to"]) == (200, "pending", None)
    assert body["lease_expires_at"] is None
    assert as_bob.post(f"/api/tasks/{task.pk}/start").json()["fence"] == 2


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.IN_PROGRESS}))
def test_nothing_else_is_released(as_alice, status):
    answer = release(as_alice, a_task(status))

    assert answer.status_code == 400
    assert answer.json()["error"] == f"Cannot release task with status '{status}'"


def test_nobody_releases_what_another_holds(as_alice):
    answer = release(as_alice, a_task(Status.IN_PROGRESS, holder=BOB))

    assert (answer.status_code, answer.json()["code"]) == (403, "not_holder")


def test_one_whose_task_passed_on_releases_nothing(as_alice, as_bob):
    task = a_task(Status.IN_PROGRESS)
    as_alice.patch(f"/api/tasks/{task.pk}", {"assigned_to": "@bob"})

    answer = release(as_alice, task)

    assert (answer.status_code, answer.json()["code"]) == (409, "stale_fence")
