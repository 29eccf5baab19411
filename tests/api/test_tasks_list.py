"""GET /api/tasks"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.lifecycle import Status
from tasks.models import Dependency
from tests.factories import BOB, NOON, a_task
from wire.clock import now

PATH = "/api/tasks"


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [task["id"] for task in answer.json()]


def walk(client, path):
    """Follow `Link` to the end; yields each page's ids."""
    while path:
        answer = client.get(path)
        yield ids(answer)
        path = next_of(answer)


def next_of(answer):
    for link in answer.get("Link", "").split(", "):
        target, _, relation = link.partition("; ")
        if relation == 'rel="next"':
            return target.strip("<>").removeprefix("http://testserver")
    return None


def test_an_empty_board_is_an_empty_array(as_alice):
    assert as_alice.get(PATH).json() == []


def test_newest_come_first_fifty_at_a_time(as_alice):
    made = [a_task().pk for _ in range(53)]

    pages = list(walk(as_alice, PATH))

    assert pages == [made[:2:-1], made[2::-1]]


def test_a_listed_task_is_the_same_as_when_shown_alone(as_alice):
    task = a_task(Status.REVIEW, tags=["wood"], due_date=NOON)
    a_task(Status.COMPLETED, parent=task)
    Dependency.objects.create(task=task, depends_on=a_task())

    alone = as_alice.get(f"{PATH}/{task.pk}").json()

    assert alone in as_alice.get(PATH).json()
    assert (alone["subtask_count"], alone["subtasks_completed"]) == (1, 1)


@pytest.mark.parametrize("rows", [0, 1, 50])
def test_a_list_of_any_length_is_one_statement(as_alice, rows):
    parents = [a_task(tags=["a"]) for _ in range(rows)]
    for parent in parents[1:]:
        Dependency.objects.create(task=parent, depends_on=parents[0])
    as_alice.get(PATH)

    with CaptureQueriesContext(connection) as statements:
        answer = as_alice.get(PATH)

    assert len(answer.json()) == rows
    assert len(statements) == 1


@pytest.fixture
def board(people):
    """Tasks that differ in one member each, by name."""
    parent = a_task(project_slug="house")
    tasks = {
        "plain": a_task(),
        "child": a_task(parent=parent),
        "urgent": a_task(priority=3, project_slug="garden"),
        "tagged": a_task(tags=["wood", "oil"]),
        "wooden": a_task(tags=["wood"]),
        "bobs": a_task(assigned_to="@bob", created_by="@bob"),
        "started": a_task(Status.IN_PROGRESS),
        "overdue": a_task(due_date=NOON),
        "late": a_task(Status.COMPLETED, due_date=NOON),
        "soon": a_task(due_date=now() + timedelta(days=2)),
        "waiting": a_task(title="100% done"),
        "told": a_task(description="The Fence_ needs it."),
        "free": a_task(),
    }
    Dependency.objects.create(task=tasks["waiting"], depends_on=tasks["plain"])
    Dependency.objects.create(task=tasks["free"], depends_on=tasks["late"])
    return {"parent": parent, **tasks}


NARROWED = [
    ("status=in_progress", {"started"}),
    ("status=in_progress&status=completed", {"started", "late"}),
    ("priority=critical", {"urgent"}),
    ("assigned_to=@bob", {"bobs"}),
    ("assigned_to=me&status=in_progress", {"started"}),
    ("assigned_to=&priority=critical", {"urgent"}),
    ("project=garden", {"urgent"}),
    ("project=nowhere", set()),
    ("tag=wood", {"tagged", "wooden"}),
    ("tag=wood&tag=oil", {"tagged"}),
    ("tag=woo", set()),
    ("created_by=@bob", {"bobs"}),
    ("due_before=2026-03-01T12:00:01Z", {"overdue", "late"}),
    ("due_before=2026-03-01T12:00:00Z", set()),
    ("due_after=2026-03-01T12:00:00Z", {"soon"}),
    ("overdue=true", {"overdue"}),
    ("q=100%25", {"waiting"}),
    ("q=fence_", {"told"}),
    ("q=FENCE%20NEEDS", set()),
    ("q=%27%20OR%201=1", set()),
]


@pytest.mark.parametrize(("query", "names"), NARROWED)
def test_a_list_is_narrowed(as_alice, board, query, names):
    found = as_alice.get(f"{PATH}?{query}")

    assert set(ids(found)) == {board[name].pk for name in names}


def test_a_list_is_narrowed_to_the_children_of_a_task(as_alice, board):
    children = as_alice.get(f"{PATH}?parent_id={board['parent'].pk}")
    tops = as_alice.get(f"{PATH}?parent_id=0")

    assert ids(children) == [board["child"].pk]
    assert set(ids(tops)) == {task.pk for name, task in board.items() if name != "child"}


def test_ready_is_pending_free_for_the_caller_and_waiting_for_nothing(as_alice, as_bob, board):
    not_ready = {"started", "late", "waiting"}

    assert set(ids(as_alice.get(f"{PATH}?ready=false"))) == {
        board[name].pk for name in not_ready | {"bobs"}
    }
    assert set(ids(as_bob.get(f"{PATH}?ready=true"))) == {
        task.pk for name, task in board.items() if name not in not_ready
    }


def test_a_task_whose_lease_has_lapsed_is_ready(as_alice):
    lapsed, living = (
        a_task(Status.IN_PROGRESS, holder=BOB, lease_seconds=60, lease_expires_at=at)
        for at in (NOON, now() + timedelta(hours=1))
    )

    assert ids(as_alice.get(f"{PATH}?ready=true")) == [lapsed.pk]
    assert ids(as_alice.get(f"{PATH}?ready=false")) == [living.pk]


def test_not_overdue_is_all_the_rest(as_alice, board):
    rest = {task.pk for name, task in board.items() if name != "overdue"}

    assert set(ids(as_alice.get(f"{PATH}?overdue=false"))) == rest


SORTED = {
    "created_at": "abcd", "updated_at": "dcba", "due_date": "bdac", "priority": "cabd",
    "title": "adcb", "-created_at": "dcba", "-updated_at": "abcd", "-due_date": "dbca",
    "-priority": "dbac", "-title": "bcda",
}  # fmt: skip


@pytest.fixture
def four(people):
    """Four tasks whose members all sort differently; two have no due date."""
    hour = timedelta(hours=1)
    rows: dict[str, dict[str, Any]] = {
        "a": {"title": "A", "priority": 1, "due_date": None, "updated_at": NOON + 4 * hour},
        "b": {"title": "D", "priority": 2, "due_date": NOON, "updated_at": NOON + 3 * hour},
        "c": {"title": "C", "priority": 0, "due_date": None, "updated_at": NOON + 2 * hour},
        "d": {"title": "B", "priority": 3, "due_date": NOON + hour, "updated_at": NOON + hour},
    }
    made = enumerate(rows.items())
    return {name: a_task(**row, created_at=NOON + n * hour) for n, (name, row) in made}


@pytest.mark.parametrize("limit", [1, 3, 50])
@pytest.mark.parametrize("ordering", SORTED)
def test_a_list_is_ordered_and_tasks_without_the_key_come_last(as_alice, four, ordering, limit):
    names = {task.pk: name for name, task in four.items()}

    pages = walk(as_alice, f"{PATH}?ordering={ordering}&limit={limit}")

    assert "".join(names[number] for page in pages for number in page) == SORTED[ordering]


def test_pages_neither_lose_nor_repeat_when_tasks_are_added_meanwhile(as_alice):
    made = [a_task().pk for _ in range(6)]

    first = as_alice.get(f"{PATH}?limit=3")
    a_task()
    second = as_alice.get(next_of(first))

    assert ids(first) + ids(second) == made[::-1]


def test_the_total_is_counted_on_demand_alone(as_alice, board):
    assert "X-Total-Count" not in as_alice.get(PATH)
    counted = as_alice.get(f"{PATH}?count=true&limit=1&tag=wood")

    assert (counted["X-Total-Count"], len(counted.json())) == ("2", 1)


def test_it_takes_the_scope_to_read(speak_as):
    a_task(Status.IN_PROGRESS, holder=BOB)

    assert len(ids(speak_as("@dana").get(PATH))) == 1
    assert speak_as("@carol").get(PATH).status_code == 403
