"""What does a token cost besides its signature? `python -m benchmarks.issuing`

CPU time of one thread: a bare RS256-3072 signature against each request, from WSGI's call to the
last byte, less what the driver took to ask, fetch and commit. Passwords get a hash that costs
nothing.
"""

import json
import os
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from io import BytesIO
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, cast

import django

FOLDER = TemporaryDirectory()
os.environ.update(
    ENV="LOCAL",
    DATABASE_URL=f"sqlite:///{FOLDER.name}/issuing.sqlite3",
    LOG_LEVEL="ERROR",
    DJANGO_SETTINGS_MODULE="config.settings",
)
django.setup()

from django.core import signals  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import close_old_connections, connection  # noqa: E402
from django.db.backends.sqlite3.base import SQLiteCursorWrapper  # noqa: E402
from django.test import override_settings  # noqa: E402

from accounts.algorithms import PrivateKey, named  # noqa: E402
from accounts.operations import keys, principals  # noqa: E402
from audit.shell import recording_from_shell  # noqa: E402
from wire.clock import now  # noqa: E402

ROUNDS, CALLS = 7, 40
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
PASSWORD = "a password of nobody's"

Call = Callable[[], object]
cpu = time.thread_time
app = get_wsgi_application()


def main() -> None:
    """Print each request's cost, in milliseconds and in signatures."""
    call_command("migrate", verbosity=0)
    signals.request_started.disconnect(close_old_connections)  # a deployed process keeps its own
    signals.request_finished.disconnect(close_old_connections)
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        costs = measured(calls())
    for name, rounds in costs.items():
        ratio = median(cost / bare for cost, bare in zip(rounds, costs["signature"], strict=True))
        print(f"{name:20} {median(rounds) * 1000:7.3f} ms {ratio:6.2f} signatures")


def measured(calls: Mapping[str, Call]) -> dict[str, list[float]]:
    """Return the CPU seconds of each call in interleaved rounds; the first one only warms up."""
    costs: dict[str, list[float]] = {name: [] for name in calls}
    driver, cursor, database = Driver(), cast("Any", SQLiteCursorWrapper), cast("Any", connection)
    cursor.fetchall = driver.timed(cursor.fetchall)
    database._commit = driver.timed(database._commit)  # noqa: SLF001
    with connection.execute_wrapper(driver):
        for _ in range(ROUNDS + 1):
            for name, call in calls.items():
                costs[name].append(median(driver.without(call) for _ in range(CALLS)))
    return {name: rounds[1:] for name, rounds in costs.items()}


class Driver:
    """Stands around what the driver does and takes its time."""

    seconds = 0.0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        """Run a statement."""
        began = cpu()
        try:
            return execute(*arguments)
        finally:
            self.seconds += cpu() - began

    def timed(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return the same work, timed: SQLite looks for rows when they are fetched."""
        return lambda *arguments: self(work, *arguments)

    def without(self, call: Call) -> float:
        """Return what a call costs besides its statements."""
        self.seconds, began = 0.0, cpu()
        call()
        return cpu() - began - self.seconds


def calls() -> dict[str, Call]:
    """Return what is measured."""
    with recording_from_shell() as journal:
        agent = principals.create_agent("@bench", journal=journal)
        principals.create_person("@person", journal=journal, password=PASSWORD)
    key = keys.signer(now())
    private: PrivateKey = key.private  # type: ignore[assignment]
    sign = named(key.alg).signer(private)
    secret = b64encode(f"{agent.client_id}:{agent.client_secret}".encode()).decode()
    pair = {"username": "person", "password": PASSWORD}
    tokens = [post("/api/token", JSON, json.dumps(pair))["refresh"]]

    def refresh() -> None:
        shown = json.dumps({"refresh": tokens.pop()})
        tokens.append(post("/api/token/refresh", JSON, shown)["refresh"])

    return {
        "signature": lambda: sign(b"x" * 800),
        "/oauth/token": lambda: post(
            "/oauth/token", FORM, "grant_type=client_credentials", f"Basic {secret}"
        ),
        "/api/token": lambda: post("/api/token", JSON, json.dumps(pair)),
        "/api/token/refresh": refresh,
    }


def post(path: str, kind: str, body: str, credential: str = "") -> Any:
    """Ask the service, in this thread; return the answer."""
    told: list[str] = []

    def begin(status: str, *_: Any) -> Callable[[bytes], object]:
        told.append(status)
        return len  # what nobody calls

    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": path, "QUERY_STRING": "", "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1", "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body.encode()), "wsgi.url_scheme": "http",
        "HTTP_AUTHORIZATION": credential,
    }  # fmt: skip
    answer = app(environ, begin)
    content = b"".join(answer)
    answer.close()
    assert told[0].startswith("200"), content
    return json.loads(content)


if __name__ == "__main__":
    main()
