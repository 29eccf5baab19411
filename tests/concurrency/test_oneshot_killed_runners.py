"""Runners are killed, or frozen and woken, at any moment: each row is done once, none is lost."""

import random
import signal
import time
from collections import Counter

import pytest
from django.db import connection

from audit.models import Entry
from migrations_ops import registry, runner
from migrations_ops.errors import NotInThatState
from migrations_ops.models import Run
from tasks.models import Task
from tests.concurrency.runners import A_LEASE, ROWS, Rounds, Runner, caller, disconnect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tokens_of(signing_key, monkeypatch):
    """Have so many operations, each with rows of its own; returns their tokens by name."""

    def make(how_many):
        shipped = Rounds(how_many)
        monkeypatch.setattr(registry, "shipped", shipped)
        return shipped.fill()

    return make


def killed(name, token, moment):
    """Kill one runner, and let the next go on when its lease is over."""
    first = Runner(name, token)
    time.sleep(moment)
    place = first.hit(signal.SIGKILL)
    first.wait()
    Runner(name, token, later=A_LEASE).wait()
    return place


def frozen(name, token, moment):
    """Freeze one runner, let the next take over, and wake the first in the middle of that."""
    first = Runner(name, token)
    time.sleep(moment)
    place = first.hit(signal.SIGSTOP)
    second = Runner(name, token, later=A_LEASE)
    time.sleep(moment)
    first.hit(signal.SIGCONT)
    second.wait()
    first.wait()
    return place


def undisturbed(name, token):
    """Return the seconds that a run takes."""
    began = time.monotonic()
    Runner(name, token).wait()
    return time.monotonic() - began


def test_no_killed_or_frozen_runner_does_a_row_twice_or_loses_one(tokens_of, rounds):
    how_many = rounds(8, full=1000)
    tokens = tokens_of(how_many + 1)
    trial, *names = tokens
    longest = undisturbed(trial, tokens[trial])

    places: Counter[tuple[str, str]] = Counter()
    for number, name in enumerate(names):
        hit = (killed, frozen)[number % 2]
        places[hit.__name__, hit(name, tokens[name], random.uniform(0, longest))] += 1
    print(dict(places))

    assert set(Task.objects.values_list("version", flat=True)) == {2}
    ended = Run.objects.values_list("status", "rows_affected")
    assert list(ended) == [("done", ROWS)] * (how_many + 1)
    told = Counter(Entry.objects.filter(action="op.completed").values_list("target_id", flat=True))
    assert told == dict.fromkeys(tokens, 1)


def test_dead_runners_are_taken_over_within_ten_seconds(tokens_of):
    tokens = tokens_of(2)
    # SQLite lets nobody write while a frozen process does: there it stands between two batches.
    place = ")" if connection.vendor == "postgresql" else "|"
    dead = [Runner(name, token, hangs_at=place) for name, token in tokens.items()]
    for each, how in zip(dead, (signal.SIGKILL, signal.SIGSTOP), strict=True):
        each.wait_for(place)
        each.hit(how)
    began = time.monotonic()

    for successor in [Runner(name, token) for name, token in tokens.items()]:
        successor.wait()
    took = time.monotonic() - began
    dead[1].hit(signal.SIGKILL)

    print(f"taken over and done in {took:.1f} s")
    assert took < 10
    assert set(Run.objects.values_list("status", "rows_affected")) == {("done", ROWS)}
    assert set(Task.objects.values_list("version", flat=True)) == {2}


def test_a_run_is_paused_within_one_batch(tokens_of, rounds):
    tokens = tokens_of(rounds(4, full=100) + 1)
    trial, *names = tokens
    longest = undisturbed(trial, tokens[trial])
    more: Counter[int] = Counter()
    for name in names:
        disconnect()
        process = Runner(name, tokens[name])
        process.wait_for("(")
        time.sleep(random.uniform(0, longest / 4))
        paused = attempt_to_pause(name)
        process.wait()
        if paused is not None:
            more[Run.objects.get(name=name).batches - paused.batches] += 1

    print(dict(more))
    assert set(more) <= {0, 1}


def attempt_to_pause(name):
    """Return the run as it was paused; None when it was done before."""
    try:
        return runner.pause(name, caller())
    except NotInThatState:
        return None
