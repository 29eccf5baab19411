"""A task that nobody has had before is chosen and taken by one statement, which tells all of it."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.actions import Action
from audit.actors import Origin
from audit.errors import AuditUnavailable
from audit.ledger import leaf_hash
from audit.models import Entry
from audit.recording import recording
from outbox.models import Event
from tasks import operations, taking
from tasks.lifecycle import Status
from tasks.models import Dependency, Task
from tasks.rows import told
from tasks.sql import IsPending
from tests.broken import cursors_away
from tests.concurrency.threads import own_connection
from tests.factories import (
    ADMIN,
    ALICE,
    BOB,
    NOON,
    ROBO,
    a_project,
    a_task,
    acting,
    somebody,
    stored,
)  # fmt: skip

pytestmark = [
    pytest.mark.only_on("postgresql"),  # SQLite cannot write in a common table expression
    pytest.mark.django_db(transaction=True),  # within a transaction it takes more
]

HOSTILE = 'say "%s"\\ \x01\x1f\x7f\t\n\r\b\f\u2028 𝄞 é \ud7ff </script> :pg {}'
FOR_BOB = somebody("@helper", on_behalf_of="@bob")


def claim(caller=ROBO, at=NOON, *, lazily=True, **asked):
    """Claim as a request does; returns the task, and the first word of all that was said."""
    with CaptureQueriesContext(connection) as said:
        try:
            with acting(caller, at, lazily=lazily) as journal:
                task = operations.claim(caller=caller, journal=journal, **asked)
        except operations.NothingReady:
            task = None
    return task, [each["sql"].split(maxsplit=1)[0] for each in said]


def family(**members):
    """A task with all that can stand around one, some of it out of the sight of most."""
    a_project("shed", {"@alice": "owner", "@bob": "member", "@robo": "member"})
    a_project("cellar", {"@bob": "owner"})
    hidden = a_task(Status.COMPLETED, project_slug="cellar")
    needed = a_task(Status.COMPLETED)
    task = a_task(parent=members.pop("parent", hidden), **members)
    for one in (hidden, needed):
        Dependency.objects.create(task=task, depends_on=one)
    a_task(Status.COMPLETED, parent=task)
    a_task(Status.COMPLETED, parent=task, project_slug="cellar")
    a_task(Status.CANCELLED, parent=task)
    return task


def as_stored(kind, but):
    """Return every row, oldest first, as PostgreSQL spells it."""
    columns = [f.column for f in kind._meta.concrete_fields if f.column not in but]
    spelled = ", ".join(f"{column}::text" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {spelled} FROM {kind._meta.db_table} ORDER BY id")
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


@pytest.mark.parametrize("members", [
    {},
    {"title": HOSTILE, "description": HOSTILE, "tags": [HOSTILE, "a, b"], "project_slug": "shed"},
    {"priority": 3, "due_date": NOON + timedelta(microseconds=1), "cancel_requested": True},
    {"priority": 0, "due_date": datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)},
    {"due_date": datetime(1, 1, 1, tzinfo=UTC), "progress_percent": 40, "version": 2_000_000},
    {"created_at": NOON + timedelta(milliseconds=500), "project_slug": "open", "parent": None},
])  # fmt: skip
def test_all_that_is_told_is_the_same_as_in_a_transaction(members):
    task = family(**members)
    before = stored(task)

    for caller in (ALICE, BOB, ROBO, ADMIN, FOR_BOB):
        found = []
        for lazily in (True, False):
            taken, said = claim(caller, NOON + timedelta(microseconds=20), lazily=lazily)
            found.append((taken, stored(task)))
            assert said == ["WITH"] or not lazily
            Task.objects.filter(pk=task.pk).update(**before)
        assert found[0] == found[1]

    for kind, but in ((Entry, {"id", "xact"}), (Event, {"id", "horizon"})):
        rows = as_stored(kind, but)
        assert rows[::2] == rows[1::2]
    assert {entry.leaf_hash == leaf_hash(entry.content()) for entry in Entry.objects.all()} == {
        True
    }
    assert Event.objects.order_by("-pk")[0].data == told(taken)


@pytest.mark.parametrize("caller", [ALICE, ROBO], ids=lambda who: who.id)
def test_a_lease_that_was_asked_for_is_told(caller):
    a_task()

    task, said = claim(caller, lease_seconds=60)

    assert said == ["WITH"]
    assert task.lease_expires_at == NOON + timedelta(minutes=1)
    assert Entry.objects.get().context == {"lease_seconds": 60}


def test_it_takes_no_cursor():
    task = a_task()

    with cursors_away(), acting(ROBO, lazily=True) as journal:
        taken = operations.claim(caller=ROBO, journal=journal)

    assert (taken.id, told(taken)) == (task.pk, Event.objects.get().data)


def test_without_its_entry_nothing_is_taken():
    task = a_task()
    before = stored(task)
    too_long = Origin(request_id="r" * 200)

    with (
        pytest.raises(AuditUnavailable),
        recording(actor=ROBO.as_actor(), at=NOON, origin=too_long, lazily=True) as journal,
    ):
        operations.claim(caller=ROBO, journal=journal)

    assert (stored(task), Event.objects.exists()) == (before, False)


class Held(IsPending):
    """Waits, after the statement has begun to look, until a lock is let go."""

    template = f"{IsPending.template} AND (SELECT pg_advisory_xact_lock_shared(7)) IS NOT NULL"


@pytest.fixture
def lock(monkeypatch):
    """Held by a connection that claims wait for, until it lets go."""
    monkeypatch.setattr("tasks.ready.IsPending", Held)
    taking._choice.cache_clear()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7)")
        yield cursor
        cursor.execute("SELECT pg_advisory_unlock_all()")
    taking._choice.cache_clear()


def waiting(cursor):
    cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    return cursor.fetchone()[0]


def claim_elsewhere(heard):
    own_connection()
    try:
        heard.append(claim())
    finally:
        connection.close()


def test_a_task_that_was_changed_since_the_statement_began_is_read_again(lock):
    task = a_task()
    heard: list[Any] = []
    thread = threading.Thread(target=claim_elsewhere, args=(heard,))
    thread.start()
    while not waiting(lock):
        assert thread.is_alive()

    with acting(ALICE) as journal:
        Task.objects.filter(pk=task.pk).update(title="Other", version=2)
        journal.record(Action.TASK_UPDATED, target=("task", task.pk))
    lock.execute("SELECT pg_advisory_unlock(7)")
    thread.join()

    [(taken, said)] = heard
    assert (taken.title, taken.version, said[:2]) == ("Other", 3, ["WITH", "BEGIN"])
