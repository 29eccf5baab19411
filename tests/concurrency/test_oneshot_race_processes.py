"""Fifty calls at one moment to a server of four processes: one run."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.serving import fresh_database, manage, serving

CALLERS, TASKS = 50, 12
NAME = "lowercase_project_slugs"
PATH = f"/api/admin/migrations/{NAME}"
KEY = "k" * 40


@pytest.fixture
def server():
    with fresh_database() as url:
        manage("migrate", "--verbosity=0", DATABASE_URL=url)
        with serving({"DATABASE_URL": url, "WEB_CONCURRENCY": "4", "ADMIN_API_KEY": KEY}) as served:
            yield served


def ask(server, method, path, body=None, **headers):
    text = None if body is None else json.dumps(body)
    return server.ask(method, path, text, Content_Type="application/json", **headers)


def make_tasks(server):
    for number in range(TASKS):
        task = {"title": str(number), "project_slug": "DEMO"}
        ask(server, "POST", "/api/tasks", task, Authorization="Bearer dev:@alice")


def test_fifty_calls_to_four_processes_are_one_run(server):
    make_tasks(server)
    token = ask(server, "POST", f"{PATH}/token", {}, X_Admin_API_Key=KEY).data["token"]
    gate = Barrier(CALLERS)

    def call(_):
        gate.wait(timeout=30)
        return ask(server, "POST", PATH, {}, X_Admin_API_Key=KEY, X_Migration_Token=token)

    with ThreadPoolExecutor(CALLERS) as pool:
        answers = list(pool.map(call, range(CALLERS)))
    heard = Counter(answer.data.get("code", answer.data.get("status")) for answer in answers)
    shown = ask(server, "GET", PATH, X_Admin_API_Key=KEY).data

    assert heard["completed"] == 1
    assert set(heard) <= {"completed", "already ran", "already_running"}
    assert {answer.status for answer in answers} <= {200, 409}
    assert (shown["run"]["rows_affected"], shown["status"]) == (TASKS, "completed")
    assert [entry["action"] for entry in shown["history"]].count("op.completed") == 1
