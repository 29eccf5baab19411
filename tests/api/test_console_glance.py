"""/admin/: the state of everything at a glance, in few statements whatever there is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from audit.operations.sealing import seal
from tasks.lifecycle import Status
from tests.factories import a_task
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
    monkeypatch.setattr("audit.admin.MOST_COUNTED", 3)
    for _ in range(5):
        a_task()

    page = console.get("/admin/tasks/task/").content.decode()

    assert "More than 3: the list ends there." in page
    assert "4 results" in page
