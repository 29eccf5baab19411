"""What PostgreSQL is asked directly: the same answers, and the same errors, as through cursors."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DataError, OperationalError, connection, transaction

from audit.actions import Action
from audit.actors import SHELL, Origin
from audit.models import Entry
from audit.recording import recording
from tasks import listing, reading, spelling
from tasks.errors import NoSuchTask
from tasks.lifecycle import Status
from tasks.models import Dependency, Task, standing_of
from tasks.rows import told
from tasks.spelling import LONGEST_KEPT, ROWS_KEPT, spelled
from tests.factories import ADMIN, ALICE, BOB, NOON, ROBO, a_project, a_task
from wire.direct import MOST, Direct

pytestmark = [
    pytest.mark.only_on("postgresql"),  # SQLite is asked as ever
    pytest.mark.django_db(transaction=True),  # within a transaction so is PostgreSQL
]

HOSTILE = 'say "%s"\\ \x01\x1f\x7f\t\u2028\u2029 𝄞 é \ud7ff </script>'
TIMES = [
    NOON,
    NOON + timedelta(microseconds=1),
    NOON + timedelta(milliseconds=500),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
]
CALLERS = (ALICE, BOB, ROBO, ADMIN)


@pytest.fixture
def tasks():
    a_project("shed", {"@alice": "owner"})
    parent = a_task(project_slug="shed", title=HOSTILE, description=HOSTILE, tags=[HOSTILE, "a, b"])
    tasks = [parent, a_task(parent=parent, priority=3), a_task(Status.COMPLETED, parent=parent)]
    tasks += [
        a_task(
            Status.IN_PROGRESS,
            due_date=at,
            created_at=at,
            lease_seconds=60,
            lease_expires_at=at,
        )
        for at in TIMES
    ]
    tasks.append(a_task(Status.BLOCKED, blocked_reason=HOSTILE, cancel_requested=True))
    for needed in tasks[:2]:
        Dependency.objects.create(task=tasks[-1], depends_on=needed)
    return tasks


@pytest.fixture
def alone():
    """A connection that nobody has used before or will use after; also where there is a pool."""
    replaced()
    yield
    replaced()


def replaced():
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


def named():
    """The statements that this connection was asked to prepare by name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE name LIKE 'taskflow%'")
        return [text for (text,) in cursor.fetchall()]


def seen(ask):
    """Return what is asked directly, and what Django's cursor says of the same."""
    directly = ask()
    with transaction.atomic():
        return directly, ask()


def one(read, caller, task):
    try:
        return read(task.pk, caller)
    except NoSuchTask:
        return None


def test_a_task_is_spelled_alike_however_it_was_read(tasks):
    for caller in CALLERS:
        for task in tasks:
            directly, ordinarily = seen(
                lambda t=task, c=caller: one(lambda i, c: reading.shown(i, caller=c), c, t)
            )
            assert directly == ordinarily
            if directly is not None:
                row = told(reading.get(task.pk, caller=caller))
                assert json.loads(directly.text) == row
                assert list(json.loads(directly.text)) == list(row)

    assert any('"tasks_task"."id" = $' in text for text in named())


def test_a_row_and_its_standing_have_the_same_values(tasks):
    for caller in CALLERS:
        for task in tasks:
            for read in (Task.rows.one_visible_to, lambda c, i: standing_of(i, c)):
                directly, ordinarily = seen(lambda t=task, c=caller, r=read: r(c, t.pk))
                assert directly == ordinarily


def test_a_list_has_the_same_pages_both_ways(tasks):
    for caller in CALLERS:
        query, pages = {"limit": 4}, []
        while True:
            directly, ordinarily = seen(
                lambda c=caller, q=query: listing.find(q, caller=c, at=NOON)
            )
            again = listing.find({**query, "ordering": ""}, caller=caller, at=NOON)
            assert directly == ordinarily == again
            pages.append(directly)
            if "next" not in directly.links:
                break
            query = {"limit": 4, "cursor": directly.links["next"]}
        back = {"limit": 4, "cursor": pages[-1].links["prev"]}
        assert listing.find(back, caller=caller, at=NOON).rows == pages[-2].rows
        ids = [row.id for page in pages for row in page.rows]
        assert ids == sorted(Task.objects.visible_to(caller).values_list("pk", flat=True))[::-1]


def test_whatever_changed_since_a_list_was_asked_for_is_in_the_next(tasks):
    before = listing.find({"limit": 50}, caller=ALICE, at=NOON).rows
    Task.objects.filter(pk=tasks[2].pk).update(tags=["new"])
    Dependency.objects.create(task=tasks[3], depends_on=tasks[4])
    a_task(parent=tasks[4])

    _, *after = listing.find({"limit": 50}, caller=ALICE, at=NOON).rows

    changed = {then.id for then, now in zip(before, after, strict=True) if then != now}
    assert changed == {task.pk for task in tasks[2:5]}


def test_a_statement_that_is_gone_is_prepared_again(tasks, alone):
    before = reading.shown(tasks[1].pk, caller=ALICE)
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")

    assert reading.shown(tasks[1].pk, caller=ALICE) == before


def test_columns_that_changed_meanwhile_are_read_anew():
    statement = Direct("SELECT * FROM changing WHERE id = %s")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE changing AS SELECT 1 AS id, 2 AS other")
        assert statement.rows([1]) == [(1, 2)]
        cursor.execute("ALTER TABLE changing ALTER other TYPE text")
        assert statement.rows([1]) == [(1, "2")]
        cursor.execute("DROP TABLE changing")


def test_any_size_of_number_and_a_percent_sign_are_told_apart():
    statement = Direct("SELECT %s + 0, 7 %% 4, '%%s'")

    for number in (1, 40_000, 2**40):
        assert statement.rows([number]) == [(number, 3, "%s")]
        assert statement.texts([number]) == [(str(number), "3", "%s")]


def test_an_error_is_what_django_makes_of_it_and_the_connection_goes_on():
    statement = Direct("SELECT 1 / %s")

    with pytest.raises(DataError):
        statement.rows([0])
    assert statement.rows([1]) == [(1,)]


def test_a_connection_that_broke_is_an_operational_error_and_is_replaced():
    statement = Direct("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(OperationalError):
        statement.rows([])
    connection.close_if_unusable_or_obsolete()
    assert Direct("SELECT 1").rows([]) == [(1,)]


def test_a_spelling_of_times_that_is_not_iso_is_not_taken_for_one(alone):
    with connection.cursor() as cursor:
        cursor.execute("SET datestyle = 'SQL, DMY'")

    assert Direct("SELECT 1").texts([]) is None


def test_of_a_long_description_a_list_keeps_no_copy():
    for length in (LONGEST_KEPT, LONGEST_KEPT + 1):
        a_task(description="d" * length)
    spelling._kept.cache_clear()

    first, second = (listing.find({"limit": 2}, caller=ALICE, at=NOON).rows for _ in range(2))

    rows: Any = Task.rows.visible_to(ALICE).order_by("-pk")
    assert first == second == [spelled(row) for row in rows]
    assert spelling._kept.cache_info()[:] == (1, 1, ROWS_KEPT, 1)


def test_an_entry_alone_is_stored_as_one_of_many_is(alone):
    for entries in (1, 2):
        with recording(actor=SHELL, at=NOON, origin=Origin(request_id="test"), lazily=True) as said:
            for _ in range(entries):
                said.record(Action.TOKEN_ISSUED, target=("session", "s"), changes={"a": (1, "%s")})

    first, *others = [(entry.content(), entry.leaf_hash) for entry in Entry.objects.all()]
    assert others == [first, first]
    assert [text for text in named() if text.startswith('INSERT INTO "audit_entry"')]


def test_what_is_watched_or_in_a_transaction_is_asked_by_cursors():
    statement = Direct("SELECT 1")

    with connection.execute_wrapper(lambda execute, *given: execute(*given)):
        assert statement.rows([]) is None
    with transaction.atomic():
        assert statement.rows([]) is None
    assert statement.rows([]) == [(1,)]


def test_no_connection_keeps_more_than_it_should(alone):
    many = [Direct(f"SELECT {number}") for number in range(MOST + 1)]

    assert [statement.rows([]) for statement in many[:MOST]] == [[(n,)] for n in range(MOST)]
    assert len(named()) == MOST
    assert [many[number].rows([]) for number in (0, MOST)] == [[(0,)], [(MOST,)]]
    assert set(named()) == {f"SELECT {number}" for number in range(MOST + 1) if number != 1}
    assert many[1].rows([]) == [(1,)]


def test_a_list_is_planned_once_unless_it_looks_for_what_may_be_rare_or_common(tasks, alone):
    query = {"status": ["pending"], "ordering": "title"}
    listing.find(query, caller=ALICE, at=NOON)
    [planned] = named()

    for other in ({"project": "shed"}, {"assigned_to": "me"}, {"q": "say"}, {"overdue": True}):
        listing.find({**query, **other}, caller=ALICE, at=NOON)

    assert "'pending'" in planned
    assert named() == [planned]
