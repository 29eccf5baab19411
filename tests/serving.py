"""A real server in processes of its own, for what only processes, sockets and signals show."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from threading import Condition, Thread
from typing import IO, Any
from urllib.parse import urlsplit

import psycopg

from local.environment import DATABASE_URL, ROOT, bare_environment

HOST = "127.0.0.1"
COMMAND = ("-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi")
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def data(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


class Server:
    """A running server: where it listens, and what it says line by line."""

    def __init__(self, process: subprocess.Popen[str], port: int, complaints: IO[str]) -> None:
        self.process, self.port = process, port
        self.lines: list[str] = []
        self._complaints = complaints
        self._news = Condition()
        self._listening = Thread(target=self._listen, daemon=True)
        self._listening.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._news:
                self.lines.append(line)
                self._news.notify_all()

    def wait_for(self, words: str) -> None:
        """Return when a line has the words in it."""
        with self._news:
            found = self._news.wait_for(lambda: words in "".join(self.lines), PATIENCE_SECONDS)
        assert found, "".join(self.lines)

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
        """Send one request on a connection of its own; `_` in a header's name stands for `-`."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE_SECONDS)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        """Send a GET."""
        return self.ask("GET", path, **headers)

    def stop(self) -> str:
        """Stop it as a platform does; return all that it wrote to both outputs."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE_SECONDS)
        return "".join(self.lines) + self.complaints()

    def complaints(self) -> str:
        """Return what it wrote to standard error; by then standard output is complete too."""
        self._listening.join(PATIENCE_SECONDS)
        self._complaints.seek(0)
        return self._complaints.read()


@contextmanager
def serving(
    environ: Mapping[str, str],
    *,
    command: Sequence[str] = (sys.executable, *COMMAND),
    folder: Path = ROOT,
    user: int | None = None,
) -> Iterator[Server]:
    """Serve with this environment and nothing of ours; end it whatever happens."""
    port = free_port()
    bare = bare_environment(**{"PORT": str(port), **environ})
    with (
        TemporaryFile("w+") as complaints,
        _started(command, folder, bare, complaints, user) as process,
    ):
        server = Server(process, port, complaints)
        try:
            server.wait_for("Listening at")
            yield server
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            server.complaints()


def _started(
    command: Sequence[str],
    folder: Path,
    environ: Mapping[str, str],
    complaints: IO[str],
    user: int | None,
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=complaints,
        text=True,
        user=user,
        group=user,
        extra_groups=[] if user else None,
        start_new_session=True,
    )


@contextmanager
def fresh_database() -> Iterator[str]:
    """Make a database of the lane's engine that nobody else has; yield its URL."""
    given = os.environ.get(DATABASE_URL, "sqlite:")
    if given.startswith("sqlite"):
        with TemporaryDirectory(prefix="taskflow-") as folder:
            yield f"sqlite:///{folder}/served.sqlite3"
        return
    name = f"served_{uuid.uuid4().hex}"
    with psycopg.connect(given, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        yield urlsplit(given)._replace(path=f"/{name}").geturl()
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def cut_off(database: str) -> None:
    """End every connection to the database but the one that does it."""
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def manage(*arguments: str, **environ: str) -> str:
    """Run a management command; return what it prints."""
    return run(["manage.py", *arguments], environ)


def run(arguments: Sequence[str], environ: Mapping[str, str], folder: Path = ROOT) -> str:
    """Run a Python program to its end, which must be good; return what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=bare_environment(**environ),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
