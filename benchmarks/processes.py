"""Servers as process groups: started, asked whether they answer, weighed, and ended."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from local.environment import ROOT, bare_environment

HOST = "127.0.0.1"
PATIENCE_SECONDS = 60
TICKS = os.sysconf("SC_CLK_TCK")


class DidNotStart(Exception):
    """A server gave no answer; the text ends with what it said."""


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    url: str
    process: subprocess.Popen[bytes]
    seconds_to_answer: float

    def cpu_seconds(self) -> float:
        """Return the processor time of all its processes so far."""
        return sum(_cpu_seconds(pid) for pid in self.pids())

    def peak_megabytes(self) -> float:
        """Return the largest resident size one of its workers ever had."""
        return max(_peak_megabytes(pid) for pid in self.pids()[1:] or self.pids())

    def pids(self) -> list[int]:
        """Return its processes, the first one first."""
        found, rest = [], [self.process.pid]
        while rest:
            pid = rest.pop(0)
            found.append(pid)
            rest += _children(pid)
        return found


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], *, port: int | None = None
) -> Iterator[Running]:
    """Start a server; `{port}` in the command becomes its port. Raises DidNotStart."""
    port = port or free_port()
    log = ROOT / "var" / "benchmark.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            [part.format(port=port) for part in command],
            cwd=ROOT,
            env=bare_environment(PORT=str(port), PYTHONPATH=str(ROOT), **environment),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            url = f"http://{HOST}:{port}"
            _wait(url, process, log)
            yield Running(url, process, time.perf_counter() - began)
        finally:
            _end(process)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with (
            suppress(URLError, ConnectionError, TimeoutError),
            urllib.request.urlopen(f"{url}/health", timeout=5),
        ):
            return
        time.sleep(0.005)
    raise DidNotStart(log.read_text(errors="replace")[-2000:])


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _children(pid: int) -> list[int]:
    try:
        return [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except FileNotFoundError:
        return []


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def _peak_megabytes(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except FileNotFoundError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)
