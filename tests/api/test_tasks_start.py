"""POST /api/tasks/{id}/start"""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from tasks.lifecycle import Status
from tasks.models import Dependency, FormerHolder
from tests.factories import BOB, a_task, make_history_unwritable, stored


def start(client, task, **body):
    return client.post(f"/api/tasks/{task.pk}/start", body)


instant = datetime.fromisoformat
START = ["SELECT", "UPDATE", "INSERT", "INSERT"]


def statements_of(client, task):
    """Start the task; return what was said to the database within the transaction."""
    with CaptureQueriesContext(connection) as statements:
        answer = start(client, task)
    assert answer.status_code == 200
    return [s["sql"] for s in statements if "SAVEPOINT" not in s["sql"]]


def test_a_pending_task_is_started(as_alice):
    task = a_task()

    answer = start(as_alice, task)

    body = answer.json()
    assert (answer.status_code, body["status"], body["assigned_to"], body["fence"]) == (
        200, "in_progress", "@alice", 1,
    )  # fmt: skip
    assert body["started_at"] == body["updated_at"]
    assert as_alice.get(f"/api/tasks/{task.pk}").json() == body


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.PENDING}))
def test_only_a_pending_task_can_be_started(as_alice, status):
    answer = start(as_alice, a_task(status))

    assert (answer.status_code, answer.json()["code"]) == (400, "step_not_allowed")
    assert answer.json()["error"] == f"Cannot start task with status '{status}'"
    assert not Entry.objects.exists()


def test_an_agent_has_a_lease_and_a_person_has_none(as_robo, as_alice):
    held = start(as_robo, a_task()).json()

    lease = instant(held["lease_expires_at"]) - instant(held["started_at"])
    assert lease == timedelta(seconds=settings.CONTRACT.lease_seconds)
    assert start(as_alice, a_task()).json()["lease_expires_at"] is None
    assert start(as_alice, a_task(), lease_seconds=60).json()["lease_expires_at"] is not None


@pytest.mark.parametrize("seconds", [0, -1, 86_401, 1.5, "x", True, [], {}, 10**30])
def test_a_lease_is_one_second_to_one_day(as_alice, seconds):
    assert start(as_alice, a_task(), lease_seconds=seconds).status_code == 422


def test_a_task_for_somebody_else_is_not_started(as_alice, as_admin):
    task = a_task(assigned_to="@bob")

    for client in (as_alice, as_admin):
        answer = start(client, task)
        assert (answer.status_code, answer.json()["code"]) == (409, "assigned_to_other")


def test_a_task_is_not_started_before_what_it_depends_on(as_alice):
    task = a_task()
    Dependency.objects.create(task=task, depends_on=a_task())

    answer = start(as_alice, task)

    assert (answer.status_code, answer.json()["code"]) == (409, "dependencies_open")


def test_one_entry_tells_of_it(as_alice):
    answer = start(as_alice, a_task(project_slug="garden"))

    entry = Entry.objects.get()
    assert (entry.action, entry.project_slug, entry.request_id) == (
        "task.started", "garden", answer["X-Request-ID"],
    )  # fmt: skip
    assert entry.changes["assigned_to"] == [None, "@alice"]


def test_without_its_entry_it_is_not_started(as_alice):
    task = a_task()
    before = stored(task)
    make_history_unwritable()

    answer = start(as_alice, task)

    assert (answer.status_code, answer.json()["code"]) == (503, "audit_unavailable")
    assert stored(task) == before


def test_a_start_is_four_statements_and_one_more_after_another_holder(as_alice):
    as_alice.get("/api/tasks/4711")
    held_before = a_task(held_by="@bob", held_by_type="human", fence=1)

    first, second = statements_of(as_alice, a_task()), statements_of(as_alice, held_before)

    assert [sql.split()[0] for sql in first] == START
    assert [sql.split()[0] for sql in second] == [*START[:2], "INSERT", *START[2:]]
    assert FormerHolder.objects.get().principal == "@bob"


def test_a_task_that_is_not_there(as_alice):
    answer = as_alice.post("/api/tasks/4711/start")

    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_task")


def test_it_takes_the_scope_to_write(speak_as):
    task = a_task(Status.IN_PROGRESS, holder=BOB)

    assert start(speak_as("@dana"), task).status_code == 403
    assert start(speak_as("@carol"), task).status_code == 403
