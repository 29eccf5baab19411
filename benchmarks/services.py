"""Who is measured, and how is each of them served?"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.place import Place
from config.fair_worker import worker_class
from local.environment import ROOT

PYTHON = ROOT / ".tools" / "peers" / "bin" / "python"
NEWER_PYTHON = ROOT / ".tools" / "bolt" / "bin" / "python"
WORKERS = 2
UVICORN = (
    str(PYTHON), "-m", "uvicorn", "--port", "{port}", "--log-level", "warning", "--no-access-log",
)  # fmt: skip
GUNICORN = (
    str(PYTHON), "-m", "gunicorn", "-b", "127.0.0.1:{port}", "-k", "gthread", "--threads", "4",
    "--no-control-socket", "--log-level", "warning",
)  # fmt: skip
BOLT = (
    str(NEWER_PYTHON), "-m", "django", "runbolt", "--host", "127.0.0.1", "--port", "{port}",
    "--no-admin",
)  # fmt: skip
OURS = (sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi")
LIFTED = "1000000/s"  # still counted at every request; only never reached


@dataclass(frozen=True)
class Service:
    """A service and what it is there for."""

    name: str
    what: str
    command: tuple[str, ...]
    workers: tuple[str, ...]  # what to add for so many of them; `{workers}` is the number
    is_ours: bool = False
    has_schema: bool = True
    needs: str = ""  # what not every machine has; without it the service is left out
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_installed(self) -> bool:
        """Whether benchmarks/setup.sh found what the service needs."""
        return not self.needs or Path(self.command[0]).exists()

    def command_for(self, workers: int) -> tuple[str, ...]:
        """Return the command that serves with so many workers."""
        return (*self.command, *(part.format(workers=workers) for part in self.workers))

    def environment(self, place: Place, workers: int = WORKERS) -> dict[str, str]:
        """Return what the service is told."""
        if self.is_ours:
            return {**place.for_ours(), "WEB_CONCURRENCY": str(workers), **self.more}
        return {**place.for_peer(self.name), **self.more}


SERVICES = (
    Service(
        "taskflow",
        "this service, all controls on: audit, throttles, request id, log line, ETag",
        OURS,
        (),
        is_ours=True,
        more=dict.fromkeys(
            ("THROTTLE_ANONYMOUS", "THROTTLE_USER", "THROTTLE_AGENT", "THROTTLE_TOKEN"), LIFTED
        ),
    ),
    Service(
        "seed",
        "FastAPI + SQLModel, sync handlers, change and audit row commit one after the other",
        (*UVICORN, "benchmarks.peers.seed:app"),
        ("--workers", "{workers}"),
    ),
    Service(
        "tx",
        "the same repaired: one transaction, a row lock",
        (*UVICORN, "benchmarks.peers.tx:app"),
        ("--workers", "{workers}"),
    ),
    Service(
        "async",
        "FastAPI + SQLAlchemy async + asyncpg, one transaction, a row lock",
        (*UVICORN, "benchmarks.peers.looping:app"),
        ("--workers", "{workers}"),
    ),
    Service(
        "drf",
        "plain DRF + simplejwt, ModelSerializer, standard middleware",
        (*GUNICORN, "benchmarks.peers.plain.wsgi"),
        ("--workers", "{workers}"),
    ),
    Service(
        "bolt",
        "django-bolt: a server in Rust, the bearer verified there, one transaction, a row lock",
        BOLT,
        ("--processes", "{workers}"),
        needs="Python 3.12 or newer",
        more={
            "DJANGO_SETTINGS_MODULE": "benchmarks.peers.bolt.settings",
            # Of 4, 6 (its own choice on two cores) and 16 what served most.
            "DJANGO_BOLT_EXECUTOR_THREADS": "4",
        },
    ),
    Service(
        "static",
        "the limit: a WSGI app that always answers with the same bytes",
        (
            *GUNICORN,
            "-c",
            "python:config.fair_worker",
            "-k",
            worker_class,
            "benchmarks.peers.static",
        ),
        ("--workers", "{workers}"),
        has_schema=False,
    ),
)
BY_NAME = {service.name: service for service in SERVICES}
