"""/admin/: the state of everything at a glance, in few statements whatever there is."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.operations.sessions import EndReason
from audit.actions import Action
from audit.actors import Origin
from audit.models import Entry
from audit.operations.sealing import seal
from audit.recording import recording
from tasks.lifecycle import Status
from tasks.models import Task
from tests.factories import ALICE, a_task
from wire.clock import now

LISTS = (
    "tasks/task", "tasks/project", "tasks/member", "accounts/account", "accounts/session",
    "accounts/signingkey", "accounts/audience", "audit/entry", "migrations_ops/run",
    "migrations_ops/approval",
)  # fmt: skip
MOST = 10


@pytest.fixture
def console(client, people):
    client.force_login(people["@admin"])
    return client


def test_an_empty_house_says_what_to_do(console):
    page = console.get("/admin/").content.decode()

    assert "Nothing waits to be taken." in page
    assert "No task has been on the board in these days." in page
    assert "Not sealed yet" in page
    assert "None has run here." in page


def test_the_board_is_counted_and_drawn(console, as_alice):
    for status in (Status.PENDING, Status.PENDING, Status.COMPLETED):
        a_task(status)
    as_alice.post("/api/tasks", {"title": "Sand the gate"})

    page = console.get("/admin/").content.decode()

    assert "<title>pending: 3</title>" in page
    assert "1 created" in page
    assert "Paint the fence" in page


def days_of(page):
    """The rows of the table beside the chart, today first."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [re.findall(r"<td>(.*?)</td>", row) for row in body.split("</tr>")[:-1]]


def stood(page):
    """How many tasks stood where on each day, today first; what is 0 is left out."""
    rows = [zip(Status, map(int, row), strict=True) for row in days_of(page)]
    return [{status: number for status, number in row if number} for row in rows]


def days_ago(days):
    return time_machine.travel(now() - timedelta(days=days), tick=False)


def test_the_board_is_walked_back_over_thirty_days(console, as_alice, as_bob):
    with days_ago(9):
        for title in ("Sand the gate", "Oil the hinge", "Paint the fence"):
            as_alice.post("/api/tasks", {"title": title})
    first = Task.objects.earliest("pk").pk
    with days_ago(5):
        as_bob.post(f"/api/tasks/{first}/start")
    as_bob.post(f"/api/tasks/{first}/complete")
    as_alice.delete(f"/api/tasks/{first + 1}")

    page = console.get("/admin/").content.decode()

    assert stood(page) == [
        {"pending": 1, "completed": 1},
        *[{"pending": 2, "in_progress": 1}] * 5,
        *[{"pending": 3}] * 4,
        *[{}] * 20,
    ]
    assert "pending, 1 now; 0 on" in page
    assert "An estimate" not in page


def test_tasks_without_an_entry_make_the_walk_an_estimate(console, as_alice):
    as_alice.post("/api/tasks", {"title": "Sand the gate"})
    Task.objects.all().delete()

    assert "An estimate" in console.get("/admin/").content.decode()


def test_history_is_read_no_further_than_pays_and_says_so(console, as_alice, monkeypatch):
    monkeypatch.setattr("console.lately.MOST_READ", 2)
    with days_ago(9):
        as_alice.post("/api/tasks", {"title": "Sand the gate"})
    for title in ("Oil the hinge", "Paint the fence"):
        as_alice.post("/api/tasks", {"title": title})

    page = console.get("/admin/").content.decode()

    assert days_of(page) == [["3", *["0"] * 5], *[["\N{EN DASH}"] * 6] * 29]
    assert 'class="unread"' in page
    assert "what is hatched was not read" in page


def test_history_tells_how_much_of_it_is_sealed(console, as_alice):
    as_alice.post("/api/tasks", {"title": "Sand the gate"})
    sealed = seal(now())

    page = console.get("/admin/").content.decode()

    assert sealed is not None
    assert "under the seal" in page


def test_an_entry_is_checked_against_the_seal(console, as_alice):
    as_alice.post("/api/tasks", {"title": "Sand the gate"})

    page = console.get(f"/admin/audit/entry/{Entry.objects.latest('pk').pk}/change/")

    assert "as it was sealed" in page.content.decode()


def test_the_first_page_takes_the_same_statements_however_much_there_is(console, as_alice):
    def taken():
        with CaptureQueriesContext(connection) as captured:
            assert console.get("/admin/").status_code == 200
        return len(captured)

    few = taken()
    for _ in range(20):
        as_alice.post("/api/tasks", {"title": "Sand the gate"})

    assert taken() == few <= 14


@pytest.mark.parametrize("name", LISTS)
def test_no_list_takes_many_statements(console, as_alice, name):
    for _ in range(30):
        as_alice.post("/api/tasks", {"title": "Sand the gate"})

    with CaptureQueriesContext(connection) as captured:
        answer = console.get(f"/admin/{name}/")

    assert answer.status_code == 200
    assert len(captured) <= MOST


def test_a_long_list_is_counted_to_a_limit_and_says_so(console, monkeypatch):
    monkeypatch.setattr("wire.counting.MOST_COUNTED", 3)
    for _ in range(5):
        a_task()

    page = console.get("/admin/tasks/task/").content.decode()

    assert "More than 3: the list ends there." in page
    assert "4 results" in page


@pytest.mark.parametrize("term", ["@alice", "shed", "task-7"])
def test_an_entry_is_found_by_what_it_names_to_the_letter(console, term):
    with recording(actor=ALICE.as_actor(), at=now(), origin=Origin(request_id="req-7")) as journal:
        journal.record(Action.TASK_CREATED, target=("task", "task-7"), project_slug="shed")

    found = console.get("/admin/audit/entry/", {"q": term}).content.decode()
    missed = console.get("/admin/audit/entry/", {"q": term.upper()}).content.decode()

    assert "1 result" in found
    assert "Nothing matches." in missed


def test_sessions_are_narrowed_to_why_they_ended(console, as_alice):
    page = console.get("/admin/accounts/session/").content.decode()

    assert all(f"?end_reason={reason}" in page for reason in EndReason)
    narrowed = console.get("/admin/accounts/session/", {"end_reason": "reused"})
    assert "Nothing matches." in narrowed.content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_no_list_offers_to_count_what_each_filter_would_leave(console, name):
    page = console.get(f"/admin/{name}/", {"_facets": "True"}).content.decode()

    assert "Show counts" not in page
    assert "Hide counts" not in page


def test_nothing_is_sorted_to_be_counted(console):
    with CaptureQueriesContext(connection) as captured:
        console.get("/admin/accounts/session/")

    [counting] = [each["sql"] for each in captured if "COUNT(" in each["sql"]]
    assert "ORDER BY" not in counting
