"""One statement takes the next task in line, or leaves it to a transaction, and never another."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from audit.actions import Action
from audit.models import Entry
from outbox.models import Event
from tasks import operations
from tasks.lifecycle import Status, Verb
from tasks.models import Dependency, Task
from tasks.ready import Wanted
from tests.domain.test_tasks_taking import claim, claim_elsewhere
from tests.factories import ALICE, NOON, ROBO, a_project, a_task, acting, stored

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.django_db(transaction=True)]


def released(holder):
    task = a_task()
    for verb in (Verb.START, Verb.RELEASE):
        with acting(holder) as journal:
            operations.take_step(verb, task_id=task.pk, caller=holder, journal=journal)
    return task


@pytest.mark.parametrize("make", [
    lambda: a_task(assigned_to=ROBO.id),
    lambda: released(ALICE),
    lambda: released(ROBO),
    lambda: a_task(started_at=NOON),
    lambda: a_task(held_by=ALICE.id, held_by_type="human"),
    lambda: a_task(fence=3),
    lambda: a_task(Status.IN_PROGRESS, holder=ALICE, lease_seconds=60, lease_expires_at=NOON),
])  # fmt: skip
def test_a_task_that_somebody_had_or_was_given_is_taken_in_a_transaction(make):
    task = make()
    a_task()
    fence = stored(task)["fence"]

    taken, said = claim()

    assert (taken.id, taken.fence) == (task.pk, fence + 1)
    assert said[:2] == ["WITH", "BEGIN"]
    entry = Entry.objects.order_by("-pk")[0]
    assert (entry.task_id, entry.changes["fence"]) == (task.pk, [fence, fence + 1])


def lapsed(**members):
    lease = {"lease_seconds": 60, "lease_expires_at": NOON}
    return a_task(Status.IN_PROGRESS, holder=ALICE, **lease, **members)


@pytest.mark.parametrize("before", [
    [{"priority": 3}, {"priority": 2}],
    [{"due_date": NOON}, {"due_date": NOON + timedelta(microseconds=1)}],
    [{"due_date": NOON + timedelta(days=1)}, {}],
    [{"due_date": NOON}, {}],
    [{"priority": 1}, {"priority": 0, "due_date": NOON}],
    [{}, {}],
])  # fmt: skip
@pytest.mark.parametrize("first", [lapsed, a_task])
def test_a_lapsed_task_keeps_its_place_in_the_line(before, first):
    second = a_task if first is lapsed else lapsed
    made = [first(**before[0]).pk, second(**before[1]).pk]

    found = [claim() for _ in range(3)]

    assert [task and task.id for task, _ in found] == [*made, None]
    assert [said == ["WITH"] for _, said in found[:2]] == [first is a_task, second is a_task]


@pytest.mark.parametrize("others", [0, 1])
def test_a_task_that_somebody_is_changing_is_passed_over_and_not_waited_for(others):
    held, *free = [a_task().pk for _ in range(1 + others)]
    heard: list[Any] = []
    thread = threading.Thread(target=claim_elsewhere, args=(heard,))

    with acting(ALICE) as journal:
        Task.objects.lock(held)
        thread.start()
        thread.join()
        journal.record(Action.TASK_UPDATED, target=("task", held))

    [(taken, said)] = heard
    assert [taken.id] == free if free else taken is None
    assert (said == ["WITH"]) is bool(free)


def test_who_asks_for_something_in_particular_is_not_given_the_foremost():
    a_task(priority=3)
    wanted = a_task(project_slug="garden")

    assert claim(wanted=Wanted(project="garden"))[0].id == wanted.pk


def test_to_hear_that_there_is_nothing_takes_no_transaction():
    a_task(Status.COMPLETED)

    assert claim() == (None, ["WITH", "SELECT", "SELECT"])


def test_nothing_ready_leaves_nothing():
    task = a_task(project_slug="cellar")
    a_project("cellar", {"@bob": "owner", "@robo": "viewer"})
    waiting = a_task()
    Dependency.objects.create(task=waiting, depends_on=task)

    assert claim()[0] is None
    assert (Entry.objects.exists(), Event.objects.exists()) == (False, False)
