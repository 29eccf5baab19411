"""How long until the first answer, and how much memory does a worker take?"""

import time
import urllib.request
from dataclasses import dataclass

from benchmarks.load import Load, run
from benchmarks.measuring import token_from
from benchmarks.place import Place
from benchmarks.processes import running
from benchmarks.services import Service

WORK = Load("get", "GET", "/api/tasks/%d")


@dataclass(frozen=True)
class Start:
    """One start with one worker: seconds to the first 200, its processor time, what comes after."""

    service: str
    seconds: float
    cpu_seconds: float
    first_task_ms: float
    peak_megabytes: float


def start(service: Service, place: Place) -> Start:
    """Start a service with one worker, ask it for a task, then let it work for a second."""
    with running(service.command_for(1), service.environment(place, 1)) as server:
        spent = server.cpu_seconds()
        token = token_from(server, place.credential)
        asked = urllib.request.Request(
            f"{server.url}/api/tasks/1", headers={"Authorization": f"Bearer {token}"}
        )
        began = time.perf_counter()
        with urllib.request.urlopen(asked, timeout=10) as answer:
            answer.read()
        first = (time.perf_counter() - began) * 1000
        run(WORK, server.url, token=token, first=1, count=place.shares.total, seconds=1)
        return Start(service.name, server.seconds_to_answer, spent, first, server.peak_megabytes())
