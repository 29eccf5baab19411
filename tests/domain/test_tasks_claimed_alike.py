"""Whoever claims from whatever board: all comes out as if each claim were a transaction."""

from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest

from audit.actors import ActorType
from audit.models import Entry
from outbox.models import Event
from tasks import operations
from tasks.lifecycle import Status
from tasks.models import Dependency, FormerHolder, Task
from tasks.rows import told
from tests.domain.test_tasks_taking import as_stored
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
)  # fmt: skip

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.django_db(transaction=True)]

CLAIMS, TASKS = 40, 30
AGENT = ActorType.AGENT
CALLERS = [
    *(ALICE, BOB, ADMIN, ROBO, somebody("@mallory")),
    somebody("@helper", kind=AGENT, on_behalf_of="@alice"),
    somebody("@viewers", kind=AGENT, on_behalf_of="@bob"),
    somebody("@robo", on_behalf_of="@mallory"),
]
SLUGS = (None, "open", "shed", "cellar")
DUE = (None, NOON, NOON + timedelta(days=1), NOON - timedelta(microseconds=1))
HAD = {"held_by": "@robo", "held_by_type": "agent", "fence": 2, "started_at": NOON}


def held(chance):
    lease = {"lease_seconds": 60, "lease_expires_at": NOON + timedelta(minutes=chance.randrange(9))}
    return {"status": Status.IN_PROGRESS, "holder": chance.choice([ALICE, BOB, ROBO]), **lease}


KINDS = (
    *[lambda _: {}] * 4,
    *[held] * 2,
    lambda chance: {"assigned_to": chance.choice(CALLERS).id},
    lambda _: HAD,
    lambda _: {"started_at": NOON},
    lambda chance: {"status": chance.choice(list(Status))},
)


def a_board(chance):
    """Tasks of all kinds that stand under others and wait for others, in sight and out of it."""
    a_project("shed", {"@alice": "owner", "@bob": "viewer", "@robo": "member"})
    a_project("cellar", {"@bob": "owner"}, requires_review=True)
    tasks = [
        a_task(
            priority=chance.randrange(4), due_date=chance.choice(DUE),
            project_slug=chance.choice(SLUGS), **chance.choice(KINDS)(chance),
        )
        for _ in range(TASKS)
    ]  # fmt: skip
    for above, task in pairwise(tasks):
        if chance.random() < 0.3:
            Task.objects.filter(pk=task.pk).update(parent=above)
        # One that has lapsed and waits would keep everybody from the quick way for good.
        if task.status == Status.PENDING.value and chance.random() < 0.2:
            Dependency.objects.create(task=task, depends_on=above)


def claimed(claims, *, lazily):
    """Make the claims; return what each is given, and whether that took a transaction."""
    given, opened = [], []
    for minute, (caller, lease) in enumerate(claims):
        try:
            with acting(caller, NOON + timedelta(minutes=minute), lazily=lazily) as journal:
                task = operations.claim(caller=caller, journal=journal, lease_seconds=lease)
                opened.append(journal.is_open)
            given.append(told(task))
        except operations.NothingReady:
            given.append({})
    return given, opened


@pytest.mark.parametrize("seed", range(12))
def test_all_comes_out_as_if_each_claim_were_a_transaction(seed):
    chance = Random(seed)
    a_board(chance)
    claims = [(chance.choice(CALLERS), chance.choice((None, None, 90))) for _ in range(CLAIMS)]
    before = list(Task.objects.values())

    found = []
    for lazily in (True, False):
        given, opened = claimed(claims, lazily=lazily)
        found.append((given, as_stored(Task, set()), as_stored(FormerHolder, {"id"})))
        assert set(opened) == ({True, False} if lazily else {True})
        FormerHolder.objects.all().delete()
        for row in before:
            Task.objects.filter(pk=row["id"]).update(**row)

    assert found[0] == found[1]
    for kind, but in ((Entry, {"id", "xact"}), (Event, {"id", "horizon"})):
        rows = as_stored(kind, but)
        assert rows[: len(rows) // 2] == rows[len(rows) // 2 :]
