"""The shipped operation `lowercase_project_slugs`."""

from datetime import timedelta

import pytest

from audit.actors import SHELL, Origin
from audit.recording import Journal
from migrations_ops.oneshot import Batch
from migrations_ops.registry import FOLDER, Registry
from outbox.models import Event
from tasks.models import Task
from tests.factories import a_project
from wire.clock import now

pytestmark = pytest.mark.django_db
LONG_AGO = now() - timedelta(days=30)


@pytest.fixture
def journal():
    return Journal(actor=SHELL, at=now(), origin=Origin(request_id="test-1234"))


@pytest.fixture
def operation():
    return Registry(FOLDER).find("lowercase_project_slugs").kind()


@pytest.fixture
def tasks():
    slugs = ["Demo", "DEMO-2", "demo", None, "a_b-C", "x"]
    Task.objects.bulk_create(
        Task(
            title=f"of {slug}", project_slug=slug, created_by="@alice",
            created_at=LONG_AGO, updated_at=LONG_AGO,
        )
        for slug in slugs
    )  # fmt: skip


def test_it_counts_what_it_would_touch(operation, tasks):
    assert operation.count() == operation.remaining() == 3


def test_it_writes_every_slug_in_small_letters(operation, tasks, journal):
    assert operation.batch(None, 10, journal) == Batch(3, None)

    slugs = Task.objects.order_by("id").values_list("project_slug", flat=True)
    assert list(slugs) == ["demo", "demo-2", "demo", None, "a_b-c", "x"]
    assert operation.remaining() == 0


def test_a_batch_tells_where_the_next_begins(operation, tasks, journal):
    first = operation.batch(None, 2, journal)

    second = operation.batch(first.cursor, 2, journal)

    assert (first.rows, second) == (2, Batch(1, None))
    assert operation.remaining() == 0


def test_what_came_behind_the_cursor_is_done_at_the_end(operation, tasks, journal):
    last = Task.objects.latest("id").pk

    assert operation.batch(last, 10, journal) == Batch(3, None)


def test_what_it_touches_has_a_new_version_and_the_rest_has_not(operation, tasks, journal):
    operation.batch(None, 10, journal)

    touched = Task.objects.filter(updated_at=journal.at)
    assert {task.version for task in touched} == {2}
    assert {task.title for task in touched} == {"of Demo", "of DEMO-2", "of a_b-C"}
    assert set(Task.objects.filter(updated_at=LONG_AGO).values_list("version", flat=True)) == {1}


def test_each_tasks_history_tells_of_it_and_so_do_the_events(operation, tasks, journal):
    operation.batch(None, 10, journal)

    told = [(entry.action, entry.changes) for entry in journal.entries]
    assert told == [
        ("task.updated", {"project_slug": [old, old.lower()]})
        for old in ("Demo", "DEMO-2", "a_b-C")
    ]
    assert len(journal.kept[Event]) == 3


def test_tasks_neither_leave_a_project_nor_come_into_one_by_its_spelling(operation, tasks, journal):
    for slug in ("Demo", "demo-2"):
        a_project(slug)

    assert (operation.count(), operation.batch(None, 9, journal).rows, operation.remaining()) == (
        1,
        1,
        0,
    )

    slugs = Task.objects.order_by("id").values_list("project_slug", flat=True)
    assert list(slugs) == ["Demo", "DEMO-2", "demo", None, "a_b-c", "x"]
