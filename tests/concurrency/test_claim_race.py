"""Many claim at the same instant: no task is given twice, none is left over, the line is kept."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from audit.models import Entry
from tasks import operations
from tasks.errors import StaleFence
from tasks.lifecycle import Status, Verb
from tasks.models import Task
from tasks.ready import NO_HURRY, Wanted
from tests.concurrency.threads import in_step, own_connection
from tests.factories import NOON, ROBO, a_task, acting, somebody

pytestmark = pytest.mark.django_db(transaction=True)

CLAIMERS, DRAINERS, RIVALS = 64, 16, 8
LEASE = timedelta(minutes=1)


def claim(number, project=None, at=NOON):
    """Return the id of the task that one of the callers is given, None for none.

    Every other one claims within a transaction, as with an idempotency key.
    """
    caller = somebody(f"@caller{number}")
    wanted = Wanted(project=project)
    try:
        with acting(caller, at, lazily=number % 2 == 0) as journal:
            return operations.claim(wanted, caller=caller, journal=journal).id
    except operations.NothingReady:
        return None


def drain(number):
    """Claim until nothing is left; returns what came, in its order."""
    own_connection()
    try:
        return list(iter(lambda: claim(number), None))
    finally:
        connection.close()


def drained():
    """Let all drainers drain the board together; returns what each got."""
    with ThreadPoolExecutor(DRAINERS) as pool:
        return list(pool.map(drain, range(DRAINERS)))


def kinds_of(number):
    """Return the priority and the due date of one of many tasks: all of them, again and again."""
    due = None if number % 3 == 0 else NOON + timedelta(days=number % 9)
    return {"priority": number % 4, "due_date": due}


def offered(many):
    made = {"title": "Sand", "created_by": "@alice", "created_at": NOON, "updated_at": NOON}
    Task.objects.bulk_create(Task(**made, **kinds_of(number)) for number in range(many))


def test_one_task_is_given_to_one_of_many_claimers(rounds):
    slugs = [f"round-{number}" for number in range(rounds(3, full=200))]
    tasks = {slug: a_task(project_slug=slug).pk for slug in slugs}

    heard = in_step(CLAIMERS, slugs, claim)

    for slug, given in zip(slugs, heard, strict=True):
        assert Counter(given) == {tasks[slug]: 1, None: CLAIMERS - 1}
    told = Entry.objects.values_list("task_id", "action")
    assert sorted(told) == sorted((task, "task.claimed") for task in tasks.values())
    assert set(Task.objects.values_list("status", "version", "fence")) == {
        (Status.IN_PROGRESS.value, 2, 1)
    }


def test_many_drain_the_board_and_each_gets_its_tasks_in_the_order_of_the_line(rounds):
    offered(rounds(400, full=20_000))
    line = sorted(
        Task.objects.values_list("priority", "due_date", "pk"),
        key=lambda task: (-task[0], task[1] or NO_HURRY, task[2]),
    )
    places = {task[2]: place for place, task in enumerate(line)}

    taken = drained()

    assert Counter(task for one in taken for task in one) == dict.fromkeys(places, 1)
    for one in taken:
        assert one == sorted(one, key=places.__getitem__)
    assert Entry.objects.filter(action="task.claimed").count() == len(places)


def test_of_lapsed_and_pending_tasks_none_is_given_twice_or_left_over():
    offered(40)
    lease = {"lease_seconds": 60, "lease_expires_at": NOON}
    for number in range(40):
        a_task(Status.IN_PROGRESS, holder=ROBO, **{**lease, **kinds_of(number)})

    taken = drained()

    everything = Task.objects.values_list("pk", flat=True)
    assert Counter(task for one in taken for task in one) == dict.fromkeys(everything, 1)


def renew_or_claim(number, slug):
    """Let the holder report progress, and the others claim, when the lease has just lapsed."""
    if number:
        return claim(number, slug, NOON + LEASE)
    asked = operations.Asked(percent=50)
    task_id = Task.objects.get(project_slug=slug).pk
    try:
        with acting(ROBO, NOON + LEASE) as journal:
            operations.take_step(
                Verb.PROGRESS, task_id=task_id, caller=ROBO, journal=journal, asked=asked
            )
    except StaleFence:
        return None
    return task_id


def test_a_lapsed_lease_is_renewed_or_taken_but_not_both(rounds):
    slugs = [f"round-{number}" for number in range(rounds(5, full=200))]
    lease = {"lease_seconds": 60, "lease_expires_at": NOON + LEASE}
    for slug in slugs:
        a_task(Status.IN_PROGRESS, holder=ROBO, project_slug=slug, **lease)

    heard = in_step(1 + RIVALS, slugs, renew_or_claim)

    for slug, given in zip(slugs, heard, strict=True):
        task = Task.objects.get(project_slug=slug)
        assert Counter(given) == {task.pk: 1, None: RIVALS}
        winner = given.index(task.pk)
        assert (task.assigned_to, task.fence) == (
            (f"@caller{winner}", 2) if winner else ("@robo", 1)
        )
        assert Entry.objects.filter(task_id=task.pk).count() == 1
