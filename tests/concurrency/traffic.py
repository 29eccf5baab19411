"""Callers of a real server who do whatever comes to their mind, and what is there afterwards."""

import http.client
import json
import random
import re
import threading
import time
from contextlib import suppress
from typing import Any

from tests.serving import Server

LOST = (OSError, http.client.HTTPException)
NEXT = re.compile(r'<https?://[^/]+([^>]+)>; rel="next"')
VERBS = ("progress", "progress", "complete", "block", "unblock", "release", "reopen")


def ask(server: Server, caller: str, method: str, path: str, **members: Any):
    """Return the answer to one of the callers."""
    headers = {"Authorization": f"Bearer dev:{caller}", "Content_Type": "application/json"}
    return server.ask(method, path, json.dumps(members), **headers)


def everything(server: Server, caller: str, path: str | None) -> list[Any]:
    """Return all pages of a list."""
    found = []
    while path:
        answer = ask(server, caller, "GET", path)
        assert answer.status == 200, answer.body
        found += answer.data
        following = NEXT.search(answer.headers.get("Link", ""))
        path = following[1] if following else None
    return found


def events(server: Server, caller: str, entries: list[Any]) -> list[Any]:
    """Return the events of the tasks in these entries, once there is one for each.

    They are told in the order of commits, for which transactions of other tests may have to end.
    """
    tasks, patient_until = {entry["task_id"] for entry in entries}, time.monotonic() + 30
    while True:
        told = everything(server, caller, "/api/events?limit=100")
        found = [event for event in told if event["task_id"] in tasks]
        if len(found) >= len(entries):
            return found
        assert time.monotonic() < patient_until, (found, entries)


class Caller:
    """Makes, claims, edits and moves tasks; counts answers, also those that never came."""

    def __init__(self, server: Server, number: int, answers: threading.Semaphore) -> None:
        self.server, self.name, self.answers = server, f"@caller{number}", answers
        self.chance = random.Random(number)
        self.task: int | None = None
        self.granted: list[tuple[int, int]] = []

    def work(self, done: threading.Event) -> None:
        """Go on until it is done."""
        while not done.is_set():
            with suppress(*LOST):
                self.act()
            self.answers.release()

    def act(self) -> None:
        """Ask for something, and remember the version of the task that was answered."""
        method, path, members = self.idea()
        answer = ask(self.server, self.name, method, path, **members)
        assert answer.status < 500, answer.body
        if answer.status in {200, 201}:
            self.task = answer.data["id"]
            self.granted.append((self.task, answer.data["version"]))

    def idea(self) -> tuple[str, str, dict[str, Any]]:
        """Return what to ask for next."""
        kind = self.chance.choice(("create", "claim", "edit", "step", "step", "step"))
        if kind == "create" or self.task is None:
            return "POST", "/api/tasks", {"title": "Sand", "tags": ["wood"]}
        if kind == "claim":
            return "POST", "/api/tasks/claim", {"lease_seconds": 60}
        own = f"/api/tasks/{self.task}"
        if kind == "edit":
            return "PATCH", own, {"title": f"Sand {self.chance.random()}"}
        verb = self.chance.choice(VERBS)
        said: dict[str, dict[str, Any]] = {
            "progress": {"percent": self.chance.randrange(101)},
            "block": {"reason": "Rain."},
        }
        return "POST", f"{own}/{verb}", said.get(verb, {})
