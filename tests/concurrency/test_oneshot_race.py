"""Fifty callers, a caller that hangs, a caller that is killed: the work is done once."""

import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection

from audit.shell import recording_from_shell
from migrations_ops import operations, registry, tokens
from migrations_ops.models import Run
from tasks.models import Task
from tests.concurrency.threads import at_once
from tests.oneshots import (
    NAME,
    RAISED,
    UNTOUCHED,
    cache_seconds,
    mint,
    mint_batched,
    recorded,
    run,
    run_batched,
    some_tasks,
    versions,
)
from wire.clock import now

pytest_plugins = ["tests.oneshot_fixtures"]
pytestmark = pytest.mark.django_db(transaction=True)

IMPATIENT = {
    "sqlite": ("PRAGMA busy_timeout = 50", "PRAGMA busy_timeout = 15000"),
    "postgresql": ("SET lock_timeout = 50", "RESET lock_timeout"),
}
KILLED = """
import sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from pathlib import Path
from audit.shell import recording_from_shell
from migrations_ops import operations, parameters, registry, tokens
from wire.clock import now
registry.shipped = registry.Registry(Path(sys.argv[2]))
permit = tokens.read(sys.argv[3], now())
operation = registry.shipped.find(permit.binding.operation).kind()
with recording_from_shell() as journal:
    claimed = operations.claim(permit, operation, journal=journal)
    operations.work(claimed, operation, journal=journal)
    print("worked", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def hold(raise_cache):
    """Claim the marker in another thread's open transaction; the event ends it, undone."""

    def holder(token, claimed, go_on):
        permit = tokens.read(token, now())
        try:
            with recording_from_shell() as journal:
                operations.claim(permit, registry.shipped.find(NAME).kind(), journal=journal)
                claimed.set()
                go_on.wait(timeout=30)
                raise GivenUp
        except GivenUp:
            connection.close()

    return holder


@contextmanager
def impatient():
    """Wait for locks no longer than 50 ms on this thread's connection."""
    hurry, calm_down = IMPATIENT[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(hurry)
    yield
    with connection.cursor() as cursor:
        cursor.execute(calm_down)


class GivenUp(Exception):
    """The other runner fails at the end."""


def test_fifty_calls_with_one_token_are_one_run(speak_as, raise_cache):
    token = mint(speak_as("@carol"))

    answers = at_once(50, lambda _: run(speak_as("@carol"), token))

    assert [answer.status_code for answer in answers] == [200] * 50
    assert [answer.data["already_ran"] for answer in answers].count(False) == 1
    assert len({answer.data["receipt"] for answer in answers}) == 1
    assert (cache_seconds(), Run.objects.count(), len(recorded("op.completed"))) == (RAISED, 1, 1)


def test_fifty_calls_with_a_token_each_are_one_run(speak_as, raise_cache):
    handles = ["@carol", "@admin"] * 25
    minted = [mint(speak_as(handle)) for handle in handles]

    answers = at_once(50, lambda number: run(speak_as(handles[number]), minted[number]))

    assert [answer.status_code for answer in answers] == [200] * 50
    assert [answer.data["already_ran"] for answer in answers].count(False) == 1
    assert (cache_seconds(), Run.objects.count(), len(recorded("op.completed"))) == (RAISED, 1, 1)


def test_a_call_that_waits_too_long_for_another_runner_says_so(as_carol, hold):
    token = mint(as_carol)
    claimed, go_on = threading.Event(), threading.Event()
    other = threading.Thread(target=hold, args=(token, claimed, go_on))
    other.start()
    claimed.wait(timeout=30)

    with impatient():
        meanwhile = run(as_carol, token)
    go_on.set()
    other.join()
    afterwards = run(as_carol, token)

    assert (meanwhile.status_code, meanwhile.data["code"]) == (409, "already_running")
    assert (afterwards.status_code, afterwards.data["already_ran"]) == (200, False)


def test_a_call_waits_for_a_runner_that_fails_and_then_does_the_work(speak_as, hold):
    token = mint(speak_as("@carol"))
    claimed, go_on = threading.Event(), threading.Event()

    def either(number):
        if number == 0:
            return hold(token, claimed, go_on)
        claimed.wait(timeout=30)
        threading.Timer(0.2, go_on.set).start()
        return run(speak_as("@carol"), token)

    _, answer = at_once(2, either)

    assert (answer.status_code, answer.data["already_ran"]) == (200, False)
    assert (cache_seconds(), len(recorded("op.completed"))) == (RAISED, 1)


def test_a_runner_that_is_killed_at_work_leaves_nothing_behind(as_carol, raise_cache):
    token = mint(as_carol)
    name = settings.DATABASES["default"]["NAME"]
    command = [sys.executable, "-c", KILLED, str(name), str(raise_cache.path), token]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as runner:
        assert runner.stdout is not None
        assert runner.stdout.readline() == b"worked\n"
        runner.kill()

    assert (cache_seconds(), Run.objects.count()) == (UNTOUCHED, 0)
    answer = run(as_carol, token)

    assert (answer.status_code, answer.data["already_ran"]) == (200, False)
    assert cache_seconds() == RAISED


@pytest.mark.only_on("postgresql")  # SQLite locks no rows: another writer holds up the claim
def test_a_batch_that_waits_too_long_for_a_row_is_begun_again_by_the_next_call(speak_as, oneshots):
    oneshots.write_batched()
    some_tasks(3)
    token = mint_batched(speak_as("@carol"))
    locked, go_on = threading.Event(), threading.Event()
    other = threading.Thread(target=hold_rows, args=(locked, go_on))
    other.start()
    locked.wait(timeout=30)

    with impatient():
        meanwhile = run_batched(speak_as("@carol"), token)
    go_on.set()
    other.join()
    afterwards = run_batched(speak_as("@carol"), token)

    assert (meanwhile.status_code, meanwhile.data["code"]) == (409, "already_running")
    assert (afterwards.status_code, versions()) == (200, [2] * 3)


def hold_rows(locked, go_on):
    """Keep every task locked until the event; change nothing."""
    try:
        with recording_from_shell():
            Task.objects.update(title="held")
            locked.set()
            go_on.wait(timeout=30)
            raise GivenUp
    except GivenUp:
        connection.close()
