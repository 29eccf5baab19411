"""Lists by statements that were put together before: the same pages as Django puts together."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks import listing
from tasks.filters import SORT_KEYS, narrowed, order_of
from tasks.lifecycle import Status
from tasks.models import Dependency, Task
from tasks.rows import Priority
from tasks.sight import Sight
from tasks.spelling import spelled
from tests.factories import ADMIN, ALICE, BOB, NOON, ROBO, a_project, a_task
from wire.pages import Page, page

pytestmark = pytest.mark.django_db(transaction=True)  # else PostgreSQL is asked by cursors

HOSTILE = '50%_\\ "of" it\'s \x01\t\u2028 𝄞 é %s $1 </script>'
TIMES = [
    NOON,
    NOON + timedelta(microseconds=1),
    NOON + timedelta(microseconds=120),
    NOON + timedelta(days=2),
    datetime.fromisoformat("0001-01-01T00:00:00Z"),
    datetime.fromisoformat("9999-12-31T23:59:59.999999Z"),
]
FILTERS: dict[str, Any] = {
    "status": [
        *([status] for status in Status),
        [Status.REVIEW, Status.PENDING],
        [Status.COMPLETED, Status.BLOCKED, Status.COMPLETED],
        list(Status),
    ],
    "priority": list(Priority),
    "assigned_to": ["me", "", "@bob", HOSTILE],
    "created_by": ["me", "@bob", HOSTILE],
    "project": ["shed", "garden", "nowhere"],
    "parent_id": [0, 2**40],
    "tag": [[HOSTILE], ["wood", "oil"], ["oil", "wood"], ["a, b"], ["woo"], ["me"]],
    "due_before": TIMES,
    "due_after": TIMES,
    "overdue": [True, False],
    "ready": [True, False],
    "q": [HOSTILE, "50%", "_", "\\", '"', "É", "me", "FENCE", "%s"],
}
TOGETHER = {
    "q": "e",
    "status": [Status.PENDING],
    "assigned_to": "",
    "due_after": NOON,
    "ready": True,
}
QUERIES = [{}, TOGETHER, *({name: each} for name, values in FILTERS.items() for each in values)]
ORDERS = [{"ordering": f"{sign}{name}"} for name in SORT_KEYS for sign in ("", "-")]


@pytest.fixture(autouse=True)
def board():
    """Tasks of all kinds; returns a parent."""
    a_project("shed", {"@alice": "owner"})
    parent = a_task(project_slug="shed", title=HOSTILE, description=HOSTILE, tags=[HOSTILE, "a, b"])
    for number, status in enumerate(Status):
        own: dict[str, Any] = {"blocked_reason": HOSTILE} if status is Status.BLOCKED else {}
        a_task(status, priority=number % 4, parent=parent if number % 2 else None, **own)
    for at in TIMES:
        a_task(project_slug="garden", due_date=at, created_at=at, tags=["wood", "oil"], title="é")
    a_task(tags=["wood"])
    last = a_task(Status.IN_PROGRESS, holder=BOB, created_by="@bob", title="_ FENCE")
    Dependency.objects.create(task=last, depends_on=parent)
    return parent


def plainly(query, caller):
    """Return the page as Django puts it together."""
    rows = narrowed(Task.rows.visible_to(caller), query, Sight.of(caller), NOON)
    found: Page[Any] = page(rows, order_of(query), dict(query))
    return replace(found, rows=[spelled(row) for row in found.rows])


def walked(query, caller):
    """Compare all pages, there and one back; return how many rows there were."""
    rows, way = 0, dict(query)
    while True:
        found = listing.find(way, caller=caller, at=NOON)
        assert found == plainly(way, caller)
        rows += len(found.rows)
        if "prev" in found.links:
            back = {**query, "cursor": found.links["prev"]}
            assert listing.find(back, caller=caller, at=NOON) == plainly(back, caller)
        if "next" not in found.links:
            return rows
        way = {**query, "cursor": found.links["next"]}


@pytest.mark.parametrize("name", FILTERS)
def test_a_list_is_narrowed_alike(name):
    for value in FILTERS[name]:
        for caller in (ALICE, ADMIN, ROBO):
            query = {name: value, "limit": 5}
            seen = narrowed(Task.rows.visible_to(caller), query, Sight.of(caller), NOON)
            assert walked(query, caller) == seen.count()


def test_filters_narrow_alike_together():
    for caller in (ALICE, ADMIN, ROBO):
        walked({**TOGETHER, "limit": 2, "count": True}, caller)


@pytest.mark.parametrize("query", ORDERS, ids=str)
def test_a_list_is_ordered_alike(query):
    assert walked({**query, "limit": 4}, ALICE) == Task.objects.count()
    assert walked({**query, "limit": 4, "status": [Status.PENDING]}, BOB) > 4


def test_the_children_of_a_task_are_listed_alike(board):
    assert walked({"parent_id": board.pk, "limit": 2}, ALICE) > 2
    assert walked({"parent_id": board.pk}, BOB) == 0


def test_a_list_is_passed_over_alike():
    for offset in (1, 3, 1000):
        query = {"limit": 4, "offset": offset, "ordering": "-due_date", "count": True}
        assert listing.find(query, caller=BOB, at=NOON) == plainly(query, BOB)


def test_however_it_is_narrowed_a_list_is_one_statement():
    for query in (*QUERIES, *ORDERS):
        with CaptureQueriesContext(connection) as said:
            listing.find(query, caller=ALICE, at=NOON)
        assert len(said) == 1
