"""A real server whose workers are killed in mid-flight, and that is started anew."""

import http.client
import json
import os
import re
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from tests.serving import fresh_database, manage, serving

KEYS = [f"key-{number}" for number in range(60)]
CALLERS, KILLS = 6, 3
LOST = (OSError, http.client.HTTPException)


@pytest.fixture(scope="module")
def environ():
    with fresh_database() as url:
        manage("migrate", "--verbosity=0", DATABASE_URL=url)
        yield {"DATABASE_URL": url, "WEB_CONCURRENCY": "2"}


def ask(server, method, path, body=None, **headers):
    return server.ask(method, path, body, Authorization="Bearer dev:@alice", **headers)


def create(server, key):
    body = json.dumps({"title": f"Once for {key}"})
    named = {"Content_Type": "application/json", "Idempotency_Key": key}
    return ask(server, "POST", "/api/tasks", body, **named)


def create_until_answered(server, key):
    while True:
        with suppress(*LOST):
            return create(server, key)


class Killer:
    """Kills the youngest worker whenever another share of the work is done."""

    def __init__(self, server):
        self.server, self.done, self.killed = server, 0, 0
        self.turn = threading.Lock()

    def work(self, key):
        answer = create_until_answered(self.server, key)
        with self.turn:
            self.done += 1
            if self.done * (KILLS + 1) >= len(KEYS) * (self.killed + 1) and self.killed < KILLS:
                workers = re.findall(r"Booting worker with pid: (\d+)", "".join(self.server.lines))
                with suppress(ProcessLookupError):
                    os.kill(int(workers[-1]), signal.SIGKILL)
                self.killed += 1
        return answer


def test_keys_are_kept_to_over_killed_workers_and_a_restart(environ):
    with serving(environ) as server, ThreadPoolExecutor(CALLERS) as pool:
        killer = Killer(server)
        answers = list(pool.map(killer.work, KEYS))
        server.stop()
    with serving(environ) as server:
        again = [create(server, key) for key in KEYS]
        tasks = ask(server, "GET", "/api/tasks?limit=100").data
        told = ask(server, "GET", "/api/audit?action=task.created&limit=100").data

    assert killer.killed == KILLS
    assert [(answer.status, answer.body) for answer in answers] == [
        (201, answer.body) for answer in again
    ]
    assert {answer.headers["Idempotent-Replayed"] for answer in again} == {"true"}
    assert sorted(task["title"] for task in tasks) == sorted(f"Once for {key}" for key in KEYS)
    assert len(told) == len(KEYS)
