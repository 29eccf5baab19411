"""Who follows events misses none and hears none before its cause, however commits fall out."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q

from outbox.models import Event
from outbox.reading import replay
from tasks import operations
from tasks.lifecycle import Status, Verb
from tests.concurrency.threads import at_once
from tests.factories import ALICE, a_task, acting
from tests.following import followed

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, TASKS = 8, 3


def report(task, percent, journal):
    asked = operations.Asked(percent=percent)
    operations.take_step(Verb.PROGRESS, task_id=task.pk, caller=ALICE, journal=journal, asked=asked)


def request(task, percent):
    """Report as a request does, which holds a connection no longer than it takes."""
    with acting(ALICE) as journal:
        report(task, percent, journal)
    connection.close()


class Slow:
    """A change in a transaction of its own thread, which ends when it is told to."""

    def __init__(self, before, after):
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.before, self.after = before, after

    def run(self):
        try:
            with acting(ALICE) as journal:
                self.before(journal)
                self.begun.set()
                assert self.may_end.wait(30)
                self.after(journal)
        finally:
            connection.close()

    def __enter__(self):
        self.pool = ThreadPoolExecutor(1)
        self.running = self.pool.submit(self.run)
        assert self.begun.wait(30)
        return self

    def end(self):
        self.may_end.set()
        self.running.result(30)

    def __exit__(self, *_):
        self.may_end.set()
        self.pool.shutdown()


# SQLite has but one writer: nobody commits while another transaction is open.
@pytest.mark.only_on("postgresql")
def test_an_event_that_commits_late_is_not_passed_by():
    slow_task, quick_task = a_task(Status.IN_PROGRESS), a_task(Status.IN_PROGRESS)

    def write(journal):
        report(slow_task, 1, journal)
        for kind, rows in journal.kept.items():  # so that the lower id commits later
            kind.objects.bulk_create(rows)
        journal.kept.clear()

    with Slow(write, lambda _: None) as slow:
        with acting(ALICE) as journal:
            report(quick_task, 2, journal)
        assert [event.task_id for event in Event.objects.all()] == [quick_task.pk]
        assert replay(None, seen=Q(), most=10) == []
        slow.end()

    found = followed(2)
    assert {event.task_id for event in found} == {slow_task.pk, quick_task.pk}


@pytest.mark.only_on("postgresql")  # as above
def test_a_change_comes_after_the_one_it_waited_for_though_its_transaction_is_older():
    task = a_task(Status.IN_PROGRESS)

    def take_a_number(_):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")

    with Slow(take_a_number, lambda journal: report(task, 2, journal)) as older:
        with acting(ALICE) as journal:
            report(task, 1, journal)
        older.end()

    assert [event.data["progress_percent"] for event in followed(2)] == [1, 2]


def test_a_follower_hears_each_change_once_and_those_of_a_task_in_their_order(rounds):
    tasks = [a_task(Status.IN_PROGRESS) for _ in range(TASKS)]
    changes = rounds(12, full=500)
    heard: list[Any] = []

    def write(number):
        for turn in range(changes):
            request(tasks[(number + turn) % TASKS], turn % 101)

    def follow():
        while len(heard) < WRITERS * changes:
            heard.extend(followed(1, heard[-1].cursor if heard else None))

    at_once(WRITERS + 1, lambda number: follow() if number == WRITERS else write(number))

    assert {event.pk for event in heard} == set(Event.objects.values_list("pk", flat=True))
    for task in tasks:
        versions = [e.data["version"] for e in heard if e.task_id == task.pk]
        assert versions == list(range(2, len(versions) + 2))
