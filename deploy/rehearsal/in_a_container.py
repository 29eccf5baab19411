"""The built image at work: it migrates a database, answers, shows who it runs as, and drains."""

import http.client
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deploy.rehearsal.base import Missing, last_line
from deploy.rehearsal.container import Container, Faulty, Image, built, looked_through, running
from deploy.rehearsal.revisions import DRAIN_SECONDS, free_port
from deploy.rehearsal.switch import HOST, wait_until
from deploy.tcp_url import over_tcp
from local.check import production
from local.environment import bare_environment
from local.postgres import throw_away
from local.processes import child

INSTANCE = "example-project:europe-west1:taskflow"
SOCKET_URL = f"postgres://taskflow@/taskflow?host=/cloudsql/{INSTANCE}"
PATIENCE_SECONDS = 60
PATHS = ("/health", "/health/ready", "/api/health/db", "/docs", "/openapi.json")
WRITES = "import pathlib; pathlib.Path('/app/written').touch()"


def rehearsed() -> dict[str, Any]:
    """Build it and have it work; tell of it what can be told. Raises Faulty.

    Where it cannot be built that is what is told, with the reason: nothing else is proven less.
    """
    began = time.monotonic()
    try:
        with built() as image, _database() as url:
            looked_through(image)
            told = _worked(image, _environment(url))
            return {
                "built": True,
                "said": image.told,
                "megabytes": round(image.bytes / 1e6),
                **told,
                "seconds": round(time.monotonic() - began, 1),
            }
    except Missing as missing:
        return {"built": False, "said": str(missing)}
    except subprocess.CalledProcessError as failed:
        raise Faulty(f"{' '.join(failed.cmd[:2])} failed: {last_line(failed)}") from failed


def line(told: Mapping[str, Any]) -> str:
    """Return it as people read it."""
    if not told["good"]:
        return f"FAILED image: {told['said']}"
    if not told["built"]:
        return f"image  not built: {told['said']}"
    return (
        f"ok     image built {told['said']}: {told['megabytes']} MB, as user {told['user']} on a "
        f"root that cannot be written, drained in {told['drained_in']} s; {told['seconds']} s"
    )


@contextmanager
def _database() -> Iterator[str]:
    """A new PostgreSQL behind the proxy's stand-in: a container reaches nobody's socket."""
    with throw_away() as cluster, TemporaryDirectory(prefix="taskflow-") as folder:
        (Path(folder) / "cloudsql").mkdir()
        (Path(folder) / "cloudsql" / INSTANCE).symlink_to(cluster.socket_folder)
        port = str(free_port())
        proxy = ("-m", "deploy.rehearsal.tools", "cloud-sql-proxy")
        where = ("--address", HOST, "--port", port, INSTANCE)
        with child((*proxy, *where), bare_environment(REHEARSAL=folder), signal.SIGKILL):
            yield over_tcp(SOCKET_URL, f"{HOST}:{port}")


def _environment(url: str) -> dict[str, str]:
    ours = bare_environment()
    given = {name: text for name, text in production(url).items() if name not in ours}
    return {**given, "PORT": str(free_port())}


def _worked(image: Image, environment: Mapping[str, str]) -> dict[str, Any]:
    """Migrate, answer, write nothing, drain. Raises Faulty."""
    _ended_well(image, environment, ["python", "manage.py", "migrate", "--no-input"])
    written = _ended(image, environment, ["python", "-c", WRITES])
    if "Read-only file system" not in written[1]:
        raise Faulty(f"The image's own files can be written: {written[1] or 'nothing was said'}")
    with running(image, environment) as container:
        port = int(environment["PORT"])
        if not wait_until(
            lambda: _asked(port, "/health/ready") == http.client.OK, PATIENCE_SECONDS
        ):
            raise Faulty(f"The image never gets ready: {container.last_words()}")
        answers = {path: _asked(port, path) for path in PATHS}
        if set(answers.values()) != {http.client.OK}:
            raise Faulty(f"The image answers {answers}.")
        user, drained_in = _first_of(container), _drained(container)
    if str(user) != image.config["User"].partition(":")[0]:
        raise Faulty(f"Its first process runs as {user}.")
    return {"user": user, "drained_in": drained_in}


def _ended_well(image: Image, environment: Mapping[str, str], command: list[str]) -> None:
    status, said = _ended(image, environment, command)
    if status != 0:
        raise Faulty(f"{' '.join(command)} fails in the image: {said[-2000:]}")


def _ended(image: Image, environment: Mapping[str, str], command: list[str]) -> tuple[int, str]:
    with running(image, environment, command) as container:
        said, _ = container.process.communicate(timeout=PATIENCE_SECONDS)
        return container.process.returncode, said


def _asked(port: int, path: str) -> int:
    """Ask as the platform's front does; 0 where nobody answers."""
    headers = {"Host": "taskflow.example.com", "X-Forwarded-Proto": "https"}
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _first_of(container: Container) -> int:
    """Return whose the container's first process is, as this machine sees it."""
    said = Path(f"/proc/{container.first_process()}/status").read_text()
    found = re.search(r"^Uid:\t(\d+)", said, re.MULTILINE)
    assert found is not None
    return int(found[1])


def _drained(container: Container) -> float:
    """Send it SIGTERM, as process 1 gets it; return how long it took to end. Raises Faulty."""
    began, process = time.monotonic(), container.process
    os.kill(container.first_process(), signal.SIGTERM)
    try:
        process.communicate(timeout=DRAIN_SECONDS)
    except subprocess.TimeoutExpired:
        raise Faulty("The image does not end by SIGTERM.") from None
    if process.returncode != 0:
        raise Faulty(f"The image ends with {process.returncode} by SIGTERM.")
    return round(time.monotonic() - began, 1)
