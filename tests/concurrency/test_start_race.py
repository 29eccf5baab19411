"""Sixty-four callers start one task at the same instant: one has it, the others hear why not."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from audit.models import Entry
from tasks import operations
from tasks.errors import StepNotAllowed
from tasks.lifecycle import Status, Verb
from tasks.models import Task
from tests.factories import a_task, acting, somebody

pytestmark = pytest.mark.django_db(transaction=True)

CALLERS = 64


def start(number, task_id):
    """Tell how the start by one of the callers ended."""
    caller = somebody(f"@caller{number}")
    try:
        with acting(caller) as journal:
            operations.take_step(Verb.START, task_id=task_id, caller=caller, journal=journal)
    except StepNotAllowed as refused:
        return str(refused)
    return caller.id


def race(task_ids):
    """Let all callers start one task after the other; returns what each heard, by task."""
    gate = threading.Barrier(CALLERS)

    def run(number):
        own_connection()
        try:
            return [(gate.wait(timeout=30), start(number, one))[1] for one in task_ids]
        finally:
            connection.close()

    with ThreadPoolExecutor(CALLERS) as pool:
        return list(zip(*pool.map(run, range(CALLERS)), strict=True))


def own_connection():
    """Give this thread a connection that it shares with nobody: a pool would queue the race."""
    options = connection.settings_dict.get("OPTIONS", {})
    alone = {name: value for name, value in options.items() if name != "pool"}
    connection.settings_dict = {**connection.settings_dict, "OPTIONS": alone}


def test_one_of_many_starts_wins_and_is_told_of_once(rounds):
    tasks = [a_task().pk for _ in range(rounds(3, full=200))]

    heard = race(tasks)

    refusal = "Cannot start task with status 'in_progress'"
    winners = dict(Task.objects.values_list("pk", "assigned_to"))
    for task, said in zip(tasks, heard, strict=True):
        assert Counter(said) == {winners[task]: 1, refusal: CALLERS - 1}
    told = Entry.objects.values_list("task_id", "actor_id", "action")
    assert sorted(told) == [(task, winners[task], "task.started") for task in tasks]
    assert set(Task.objects.values_list("status", "version", "fence")) == {
        (Status.IN_PROGRESS.value, 2, 1)
    }
