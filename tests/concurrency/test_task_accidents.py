"""Accidents on a real server: a holder that freezes and thaws, web workers that are killed."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from local.environment import ROOT, bare_environment
from tests.concurrency.traffic import Caller, ask, events, everything
from tests.replay import as_told, replayed
from tests.serving import fresh_database, manage, serving

RIVAL, PROJECT = "@rival", "freezer"
# A worker that is killed takes its slice of a budget along, for as long as the budget's window.
UNTHROTTLED = {"THROTTLE_USER": "100000000/sec"}
LATE_WRITES = 14
CALLERS = 6


@pytest.fixture(scope="module")
def server():
    with fresh_database() as url:
        manage("migrate", "--verbosity=0", DATABASE_URL=url)
        with serving({"DATABASE_URL": url, "WEB_CONCURRENCY": "2", **UNTHROTTLED}) as server:
            yield server


@contextmanager
def holder(server):
    """Let a worker claim what there is; it ends by itself, or with the block."""
    command = [sys.executable, "-m", "tests.concurrency.holder", str(server.port), PROJECT]
    with subprocess.Popen(
        command, cwd=ROOT, env=bare_environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def taken_over(server):
    """Claim until the lease has lapsed and the task is given."""
    path = "/api/tasks/claim"
    while (answer := ask(server, RIVAL, "POST", path, project=PROJECT)).status == 204:
        threading.Event().wait(0.02)
    return answer.data["id"]


def all_there_is(server, task):
    """Return what anybody can see of a task: itself, its history, and its events."""
    shown = ask(server, RIVAL, "GET", f"/api/tasks/{task}").data
    history = everything(server, RIVAL, f"/api/tasks/{task}/audit")
    return shown, history, events(server, RIVAL, history)


def test_a_thawed_holder_changes_nothing(server, rounds):
    for _ in range(rounds(2, full=100)):
        made = ask(server, RIVAL, "POST", "/api/tasks", title="Thaw", project_slug=PROJECT)
        task = made.data["id"]
        with holder(server) as process:
            assert int(process.stdout.readline()) == task
            os.kill(process.pid, signal.SIGSTOP)
            assert taken_over(server) == task
            before = all_there_is(server, task)
            os.kill(process.pid, signal.SIGCONT)
            heard = json.loads(process.stdout.readline())

        stale = (409, "stale_fence")
        assert [(status, body["code"]) for status, body in heard] == [stale] * LATE_WRITES
        assert all_there_is(server, task) == before
        assert ask(server, RIVAL, "POST", f"/api/tasks/{task}/complete").status == 200


def kill_workers(server, times, answers):
    """Kill a worker that is alive, so many times, each time after some more answers."""
    chance, killed = random.Random(times), set[int]()
    for _ in range(times):
        for _ in range(chance.randrange(1, 20)):
            assert answers.acquire(timeout=60)
        while not (alive := booted(server) - killed):
            assert answers.acquire(timeout=60)
        victim = chance.choice(sorted(alive))
        os.kill(victim, signal.SIGKILL)
        killed.add(victim)


def booted(server):
    return set(map(int, re.findall(r"Booting worker with pid: (\d+)", "".join(server.lines))))


def work_over_kills(server, times):
    """Let callers work while workers are killed; returns the callers."""
    answers, done = threading.Semaphore(0), threading.Event()
    callers = [Caller(server, number, answers) for number in range(CALLERS)]
    with ThreadPoolExecutor(CALLERS) as pool:
        working = [pool.submit(caller.work, done) for caller in callers]
        try:
            kill_workers(server, times, answers)
        finally:
            done.set()
        for one in working:
            one.result()
    return callers


def test_killed_workers_leave_nothing_half_written(server, rounds):
    callers = work_over_kills(server, rounds(5, full=100))

    names = [*(caller.name for caller in callers), RIVAL, "@frozen"]
    trail = [entry for name in names for entry in everything(server, name, "/api/audit?limit=100")]
    trail.sort(key=lambda entry: entry["id"])
    tasks = everything(server, RIVAL, "/api/tasks?limit=100")
    told = events(server, RIVAL, trail)
    versions = {task["id"]: task["version"] for task in tasks}
    assert replayed(trail) == as_told(tasks)
    assert {event["task_id"]: event["data"] for event in told} == {
        task["id"]: task for task in tasks
    }
    assert same(told, "type") == same(trail, "action")
    for caller in callers:
        assert all(version <= versions[task] for task, version in caller.granted)


def same(rows, kind):
    """Return what entries and events have in common, to compare."""
    return sorted((row["request_id"], row["task_id"], row[kind]) for row in rows)
