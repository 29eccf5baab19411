"""POST /api/tasks/{id}/approve"""

import pytest

from audit.models import Entry
from tasks.lifecycle import Status
from tests.factories import ADMIN, ALICE, ROBO, a_task


def approve(client, task, **body):
    return client.post(f"/api/tasks/{task.pk}/approve", body)


def test_another_person_approves_which_completes(as_bob):
    answer = approve(as_bob, a_task(Status.REVIEW), note="Well done.")

    body = answer.json()
    assert (answer.status_code, body["status"], body["progress_percent"]) == (200, "completed", 100)
    entry = Entry.objects.get()
    assert (entry.action, entry.context) == ("task.approved", {"note": "Well done."})


@pytest.mark.parametrize(
    ("holder", "handle", "code"),
    [
        (ALICE, "@alice", "own_work"),
        (ADMIN, "@admin", "own_work"),
        (ROBO, "@robo", "own_work"),
        (ROBO, "@crawler", "own_work"),
        (ALICE, "@robo", "people_only"),
    ],
)
def test_nobody_approves_what_they_may_not_judge(speak_as, holder, handle, code):
    answer = approve(speak_as(handle), a_task(Status.REVIEW, holder=holder))

    assert (answer.status_code, answer.json()["code"]) == (403, code)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.REVIEW}))
def test_nothing_else_is_approved(as_bob, status):
    answer = approve(as_bob, a_task(status))

    assert answer.status_code == 400
    assert answer.json()["error"] == f"Cannot approve task with status '{status}'"


def test_a_parent_is_not_approved_over_open_children(as_bob):
    parent = a_task(Status.REVIEW)
    a_task(parent=parent)

    assert approve(as_bob, parent).json()["code"] == "subtasks_open"


@pytest.mark.parametrize("body", [{"fence": 1}, {"reason": "x"}, {"note": []}])
def test_a_body_that_does_not_fit_is_refused(as_bob, body):
    assert approve(as_bob, a_task(Status.REVIEW), **body).status_code == 422
