"""POST /api/tasks/{id}/reject"""

import pytest

from audit.models import Entry
from tasks.lifecycle import Status
from tests.factories import ROBO, a_task


def reject(client, task, **body):
    return client.post(f"/api/tasks/{task.pk}/reject", body)


def test_another_person_rejects_and_the_holder_goes_on(as_bob, as_alice):
    task = a_task(Status.REVIEW)

    answer = reject(as_bob, task, reason="It drips.")

    assert (answer.status_code, answer.json()["status"]) == (200, "in_progress")
    assert answer.json()["assigned_to"] == "@alice"
    assert Entry.objects.get().context == {"reason": "It drips."}
    assert as_alice.post(f"/api/tasks/{task.pk}/progress", {"percent": 5}).status_code == 200


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": None}, {"reason": " "}, {"x": 1}])
def test_it_takes_a_reason(as_bob, body):
    answer = reject(as_bob, a_task(Status.REVIEW), **body)

    assert answer.status_code == 422
    assert "/reason" in {error["pointer"] for error in answer.json()["errors"]}


@pytest.mark.parametrize(("handle", "code"), [("@alice", "own_work"), ("@robo", "people_only")])
def test_nobody_rejects_what_they_may_not_judge(speak_as, handle, code):
    answer = reject(speak_as(handle), a_task(Status.REVIEW), reason="It drips.")

    assert (answer.status_code, answer.json()["code"]) == (403, code)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.REVIEW}))
def test_nothing_else_is_rejected(as_bob, status):
    answer = reject(as_bob, a_task(status, holder=ROBO), reason="It drips.")

    assert answer.status_code == 400
    assert answer.json()["error"] == f"Cannot reject task with status '{status}'"
