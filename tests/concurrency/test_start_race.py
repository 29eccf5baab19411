"""Sixty-four callers start one task at the same instant: one has it, the others hear why not."""

from collections import Counter

import pytest

from audit.models import Entry
from tasks import operations
from tasks.errors import StepNotAllowed
from tasks.lifecycle import Status, Verb
from tasks.models import Task
from tests.concurrency.threads import in_step
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


def test_one_of_many_starts_wins_and_is_told_of_once(rounds):
    tasks = [a_task().pk for _ in range(rounds(3, full=200))]

    heard = in_step(CALLERS, tasks, start)

    refusal = "Cannot start task with status 'in_progress'"
    winners = dict(Task.objects.values_list("pk", "assigned_to"))
    for task, said in zip(tasks, heard, strict=True):
        assert Counter(said) == {winners[task]: 1, refusal: CALLERS - 1}
    told = Entry.objects.values_list("task_id", "actor_id", "action")
    assert sorted(told) == [(task, winners[task], "task.started") for task in tasks]
    assert set(Task.objects.values_list("status", "version", "fence")) == {
        (Status.IN_PROGRESS.value, 2, 1)
    }
