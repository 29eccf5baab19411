"""PATCH /api/tasks/{id}"""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from tasks.lifecycle import Status
from tasks.rows import TaskRow
from tests.factories import BOB, NOON, a_task, make_history_unwritable, stored

WRITABLE = {
    "title", "description", "priority", "assigned_to", "project_slug", "parent_id", "due_date",
    "tags", "depends_on", "status", "cancel_requested",
}  # fmt: skip


def patch(client, task, **body):
    return client.patch(f"/api/tasks/{task.pk}", body)


def test_absent_members_stay(as_alice):
    task = a_task(description="With oil.", tags=["wood"])

    body = patch(as_alice, task, title="Oil the fence").json()

    assert (body["title"], body["description"], body["tags"]) == (
        "Oil the fence", "With oil.", ["wood"],
    )  # fmt: skip
    assert as_alice.get(f"/api/tasks/{task.pk}").json() == body


CLEARED: dict[str, Any] = {
    **dict.fromkeys(["assigned_to", "project_slug", "parent_id", "due_date"]),
    "description": "",
    "tags": [],
    "depends_on": [],
}


@pytest.mark.parametrize("member", CLEARED)
def test_null_clears(as_alice, member):
    task = a_task(description="x", assigned_to="@bob", project_slug="garden", parent=a_task(),
                  due_date=NOON, tags=["wood"])  # fmt: skip
    patch(as_alice, task, depends_on=[task.parent_id])

    answer = patch(as_alice, task, **{member: None})

    assert (answer.status_code, answer.json()[member]) == (200, CLEARED[member])


@pytest.mark.parametrize(("member", "value"), [("parent_id", 0), ("assigned_to", "")])
def test_generated_clients_clear_their_way(as_alice, member, value):
    task = a_task(parent=a_task(), assigned_to="@bob")

    assert patch(as_alice, task, **{member: value}).json()[member] is None


def test_a_patch_that_changes_nothing_answers_and_writes_nothing(as_alice):
    task = a_task(tags=["wood"], due_date=NOON)
    before = stored(task)
    same = {name: as_alice.get(f"/api/tasks/{task.pk}").json()[name] for name in WRITABLE}

    answer = patch(as_alice, task, **same)

    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    assert stored(task) == before
    assert not Entry.objects.exists()


@pytest.mark.parametrize("member", sorted(set(TaskRow._fields) - WRITABLE))
def test_a_member_that_is_only_read_is_refused(as_alice, member):
    answer = patch(as_alice, a_task(), **{member: 1})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/{member}"


@pytest.mark.parametrize(
    "body",
    [{"title": None}, {"title": ""}, {"priority": None}, {"status": None}, {"status": "gone"},
     {"cancel_requested": None}, {"cancel_requested": 1}, {"reason": "x"},
     {"status": "blocked", "reason": ""}, {"status": "blocked"}],
    ids=str,
)  # fmt: skip
def test_a_value_that_does_not_fit_is_refused(as_alice, body):
    task = a_task()
    before = stored(task)

    assert patch(as_alice, task, **body).status_code == 422
    assert stored(task) == before


def test_a_status_takes_the_step_that_leads_there(as_alice):
    body = patch(as_alice, a_task(), status="in_progress").json()

    assert (body["status"], body["assigned_to"], body["fence"]) == ("in_progress", "@alice", 1)
    assert Entry.objects.get().action == "task.started"


def test_a_status_that_needs_a_reason_keeps_it(as_alice):
    body = patch(as_alice, a_task(), status="blocked", reason="It rains.").json()

    assert (body["status"], body["blocked_reason"]) == ("blocked", "It rains.")


def test_a_status_out_of_reach_is_named(as_alice):
    answer = patch(as_alice, a_task(), status="completed")

    assert (answer.status_code, answer.json()["code"]) == (400, "step_not_allowed")
    assert answer.json()["error"] == "Cannot change status from 'pending' to 'completed'"


@pytest.mark.parametrize(("member", "own"), [("parent_id", False), ("depends_on", True)])
def test_a_cycle_is_refused(as_alice, member, own):
    task = a_task()
    child = a_task(parent=task)
    other = task.pk if own else child.pk

    answer = patch(as_alice, task, **{member: [other] if own else other})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "cycle")


def test_one_entry_tells_of_the_edit_and_one_of_the_assignment(as_alice):
    patch(as_alice, a_task(), title="Oil the fence", assigned_to="@bob")

    entries = Entry.objects.order_by("id")
    assert [entry.action for entry in entries] == ["task.updated", "task.assigned"]
    assert entries[1].changes == {"assigned_to": [None, "@bob"]}


def test_nobody_takes_a_held_task_away(as_alice):
    answer = patch(as_alice, a_task(Status.IN_PROGRESS, holder=BOB), assigned_to="@alice")

    assert (answer.status_code, answer.json()["code"]) == (403, "not_holder")


def test_the_holder_sees_the_wish_to_cancel_in_the_next_heartbeat(as_alice, as_bob):
    task = a_task(Status.IN_PROGRESS, holder=BOB)

    patch(as_alice, task, cancel_requested=True)

    heartbeat = as_bob.post(f"/api/tasks/{task.pk}/progress", {"percent": 5})
    assert heartbeat.json()["cancel_requested"] is True
    refused = patch(as_bob, task, cancel_requested=False)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_creator")


def test_without_its_entry_nothing_changes(as_alice):
    task = a_task()
    before = stored(task)
    make_history_unwritable()

    assert patch(as_alice, task, title="Oil the fence").status_code == 503
    assert stored(task) == before


def test_a_patch_is_four_statements(as_alice):
    task = a_task()
    as_alice.get("/api/tasks/4711")

    with CaptureQueriesContext(connection) as statements:
        patch(as_alice, task, title="Oil the fence", tags=["wood"])

    written = [s for s in statements if "SAVEPOINT" not in s["sql"]]
    assert len(written) == 4


def test_a_task_that_is_not_there(as_alice):
    assert as_alice.patch("/api/tasks/4711", {"title": "x"}).status_code == 404
    assert as_alice.patch("/api/tasks/4711", {"status": "pending"}).status_code == 404


def test_it_takes_the_scope_to_write(speak_as):
    assert patch(speak_as("@dana"), a_task(), title="x").status_code == 403
