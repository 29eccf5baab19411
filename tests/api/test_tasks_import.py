"""POST /api/tasks/import, taken"""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from audit.serializers import EntryOut
from tasks.lifecycle import Status
from tasks.models import Dependency, Task
from tests.factories import BOB, NOON, ROBO, a_task, make_history_unwritable
from tests.files import fetch_file, lasting, send_file, send_rows
from tests.keyed import KEY, is_replayed
from tests.replay import as_told, replayed
from wire.clock import now

STATEMENTS = 6  # who is assigned; tasks, parents, dependencies, entries, events
UNDER_FIRST = {"parent_id": 1, "depends_on": [1]}
KINDS = pytest.mark.parametrize("kind", ["csv", "jsonl"])


def test_rows_become_tasks_and_the_answer_names_them(as_alice):
    answer = send_rows(as_alice, {"title": "Sand"}, {"title": "Paint"})

    made = Task.objects.order_by("pk")
    assert answer.status_code == 201
    assert answer.json() == {"imported": 2, "ids": [task.pk for task in made]}
    assert [(task.title, task.created_by, task.version) for task in made] == [
        ("Sand", "@alice", 1), ("Paint", "@alice", 1),
    ]  # fmt: skip


def test_a_table_needs_no_more_than_a_title(as_alice):
    text = 'title,tags,assigned_to,priority\r\nSand,"[""wood""]",@bob,high\r\n\r\nPaint,,,\r\n'

    ids = send_file(as_alice, text, "csv").json()["ids"]

    sand, paint = (as_alice.get(f"/api/tasks/{number}").json() for number in ids)
    assert (sand["tags"], sand["assigned_to"], sand["priority"]) == (["wood"], "@bob", "high")
    assert (paint["tags"], paint["assigned_to"], paint["priority"]) == ([], None, "medium")


def test_a_table_may_begin_as_spreadsheets_begin_theirs(as_alice):
    assert send_file(as_alice, "\ufefftitle\nSand\n", "csv").status_code == 201


def a_board():
    """Store a task of every kind, with relations in both directions."""
    parent = a_task(title="=SUM(A1)", description="'quoted'\r\n\"twice\", \ta", tags=["a,b", "ü"])
    for status in Status:
        a_task(status, title=f"-{status}", parent=parent, due_date=NOON, priority=3)
    agent = a_task(Status.IN_PROGRESS, holder=ROBO, progress_percent=40, project_slug="garden")
    reviewed = a_task(Status.REVIEW, holder=BOB, cancel_requested=True)
    Dependency.objects.create(task=parent, depends_on=agent)
    Dependency.objects.create(task=parent, depends_on=reviewed)


@KINDS
def test_an_export_is_taken_as_it_is_and_makes_the_same_board(as_alice, as_bob, kind):
    a_board()
    text, before = fetch_file(as_alice, kind), fetch_file(as_alice).splitlines()
    Dependency.objects.all().delete()
    Task.objects.filter(parent__isnull=False).delete()
    Task.objects.all().delete()

    answer = send_file(as_bob, text, kind)

    after = fetch_file(as_alice).splitlines()
    ids = dict(zip([json.loads(line)["id"] for line in before], answer.json()["ids"], strict=True))
    moved = [lasting(line) for line in before]
    for task in moved:
        task["parent_id"] = ids.get(task["parent_id"])
        task["depends_on"] = sorted(ids[one] for one in task["depends_on"])
    assert [lasting(line) for line in after] == moved


def test_what_the_service_keeps_itself_begins_anew(as_alice):
    a_task(version=9, fence=7, created_by="@bob")

    answer = send_file(as_alice, fetch_file(as_alice))

    task = as_alice.get(f"/api/tasks/{answer.json()['ids'][0]}").json()
    assert (task["version"], task["fence"], task["created_by"]) == (1, 0, "@alice")
    assert task["created_at"] == task["updated_at"] > "2026-03-01T12:00:00Z"


@pytest.mark.parametrize(("holder", "leased"), [("@alice", False), ("@robo", True)])
def test_who_holds_a_task_holds_it_anew(speak_as, holder, leased):
    rows = [{"title": "Sand", "status": "in_progress", "assigned_to": holder,
             "lease_expires_at": "2026-03-01T12:00:00Z", "fence": 7}]  # fmt: skip

    number = send_rows(speak_as("@bob"), *rows).json()["ids"][0]

    task = Task.objects.get(pk=number)
    assert (task.held_by, task.fence, task.started_at) == (holder, 1, task.created_at)
    assert (task.lease_expires_at is not None and task.lease_expires_at > now()) is leased
    answer = speak_as(holder).post(f"/api/tasks/{number}/progress", {"percent": 5, "fence": 1})
    assert answer.status_code == 200


def test_nobody_judges_the_work_they_brought_in_as_anothers(as_alice, as_bob, speak_as):
    row = {"title": "Sand", "status": "review", "assigned_to": "@bob"}

    number = send_rows(as_alice, row).json()["ids"][0]

    approve = f"/api/tasks/{number}/approve"
    for client in (as_alice, as_bob):
        assert client.post(approve, {}).json()["code"] == "own_work"
    assert speak_as("@admin").post(approve, {}).status_code == 200


def test_rows_refer_to_each_other_by_the_ids_in_the_file_first(as_alice):
    here = a_task(title="Here")
    there = here.pk + 1000
    rows: list[dict[str, Any]] = [
        {"title": "Child", "parent_id": here.pk, "depends_on": [there]},
        {"id": here.pk, "title": "Parent"},
        {"id": there, "title": "Needed"},
    ]

    child, parent, needed = send_rows(as_alice, *rows).json()["ids"]

    task = as_alice.get(f"/api/tasks/{child}").json()
    assert (task["parent_id"], task["depends_on"]) == (parent, [needed])
    assert as_alice.get(f"/api/tasks/{here.pk}").json()["subtask_count"] == 0


def test_rows_may_refer_to_tasks_of_the_board(as_alice):
    here = a_task()

    send_rows(as_alice, {"title": "Child", "parent_id": here.pk, "depends_on": [here.pk]})

    task = Task.objects.get(parent=here.pk)
    assert Dependency.objects.filter(task=task, depends_on=here).exists()
    assert Task.objects.get(pk=here.pk).version == here.version + 1


def test_the_history_of_each_task_begins_with_its_import(as_robo):
    send_rows(as_robo, {"id": 7, "title": "Sand", "tags": ["wood"]}, {"title": "x", "parent_id": 7})

    first, second = Entry.objects.order_by("id")
    assert (first.action, first.actor_id) == ("task.imported", "@robo")
    assert first.changes["tags"] == [None, ["wood"]]
    assert second.changes["parent_id"] == [None, first.task_id]
    assert (first.context, second.context) == ({"id_in_file": 7}, {})


def test_history_alone_tells_what_was_brought_in(as_bob):
    a_board()

    ids = send_file(as_bob, fetch_file(as_bob)).json()["ids"]

    entries = EntryOut(Entry.objects.order_by("id"), many=True).data
    tasks = [as_bob.get(f"/api/tasks/{number}").json() for number in ids]
    assert replayed(entries) == as_told(tasks)


@pytest.mark.parametrize("rows", [2, 20])
def test_any_number_of_rows_takes_as_many_statements(as_alice, rows):
    send_rows(as_alice, {"title": "First"})
    tasks: list[dict[str, Any]] = [{"id": 1, "title": "x"}]
    tasks += [
        {"id": n, "title": "x", "assigned_to": "@bob", **UNDER_FIRST} for n in range(2, rows + 1)
    ]

    with CaptureQueriesContext(connection) as statements:
        answer = send_rows(as_alice, *tasks)

    assert answer.status_code == 201
    assert len([each for each in statements if "SAVEPOINT" not in each["sql"]]) == STATEMENTS


def test_a_file_of_many_rows_is_taken_in_few_statements(as_alice, rounds):
    rows = rounds(3_500, full=10_000)  # either would be too many parameters for one statement
    tasks = [{"id": n, "title": "x", "parent_id": n - 1, "depends_on": [n - 1]} for n in
             range(2, rows + 1)]  # fmt: skip

    with CaptureQueriesContext(connection) as statements:
        answer = send_rows(as_alice, {"id": 1, "title": "First"}, *tasks)

    assert answer.json()["imported"] == Task.objects.count() == Entry.objects.count() == rows
    assert len(statements) < rows / 7  # SQLite takes 999 parameters in each


def test_a_file_sent_twice_with_one_key_is_taken_once(as_alice):
    first, second = (
        send_rows(as_alice, {"title": "Sand"}, HTTP_IDEMPOTENCY_KEY=KEY) for _ in range(2)
    )
    other = send_rows(as_alice, {"title": "Paint"}, HTTP_IDEMPOTENCY_KEY=KEY)

    assert (first.json(), is_replayed(second)) == (second.json(), True)
    assert other.json()["code"] == "idempotency_key_reused"
    assert Task.objects.count() == 1


def test_without_its_entries_there_is_no_task(as_alice):
    make_history_unwritable()

    answer = send_rows(as_alice, {"title": "Sand"}, {"title": "Paint"})

    assert (answer.status_code, answer.json()["code"]) == (503, "audit_unavailable")
    assert not Task.objects.exists()


def test_it_takes_the_scope_to_write(speak_as):
    for handle in ("@carol", "@dana"):
        assert send_rows(speak_as(handle), {"title": "Sand"}).status_code == 403
