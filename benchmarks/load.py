"""One load on one server: how many answers a second, how slow the slowest, at what cost?"""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("load.lua")
THREADS = 2  # load.lua strides by it
CONNECTIONS = 64


class Unusable(Exception):
    """The load did not run as it must to be compared; the text says what happened."""


@dataclass(frozen=True)
class Load:
    """One kind of request. `count` is how many numbers `%d` may take before they come again."""

    name: str
    method: str
    path: str
    body: str = ""
    content_type: str = "application/json"
    is_signed_in: bool = True


@dataclass(frozen=True)
class Outcome:
    """What a load came to; `cpu_ms` is the server's processor time per request."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    requests: int


@dataclass(frozen=True)
class Told:
    """What wrk says at its end."""

    requests: int
    seconds: float
    refused: int
    broken: int
    p50_ms: float
    p99_ms: float


def run(
    load: Load,
    url: str,
    *,
    token: str,
    first: int,
    count: int,
    seconds: float,
    connections: int = CONNECTIONS,
) -> Told:
    """Send one kind of request for some seconds. Raises Unusable when answers were errors."""
    command = [
        "wrk", f"-t{THREADS}", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "10s",
        "-s", str(SCRIPT), url, "--", load.method, load.path, load.body, load.content_type,
        token if load.is_signed_in else "", str(first), str(count),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unusable(f"wrk: {done.stderr.strip() or done.stdout.strip()}")
    told = Told(**json.loads(done.stdout.strip().splitlines()[-1]))
    if not told.requests:
        raise Unusable("not one answer in time")
    if told.refused + told.broken > told.requests / 1000:
        raise Unusable(f"{told.refused} refused and {told.broken} broken of {told.requests}")
    return told
