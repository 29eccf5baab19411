"""Alive? Connected? Ready? Three questions with three answers."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import SigningUnavailable
from accounts.operations import keys
from accounts.scopes import ANYBODY
from audit import triggers
from config.answers import problem_response
from config.problems import Problem
from config.version import VERSION
from wire.described import described
from wire.views import Endpoint

DISCONNECTED = Problem(503, "unavailable", "The database is away or busy; try again.")
NOT_READY = Problem(503, "not_ready", "The service is not ready.")


class Open(Endpoint):
    """A route that looks at no credential and counts no calls."""

    authentication_classes = ()
    throttle_classes = ()
    required_scopes = {"GET": ANYBODY}


class Live(Open):
    """Whether the process answers; the database is not asked."""

    @described(responses=dict[str, str])
    def get(self, request: Request) -> Response:
        """Tell that the process is alive, and which version and revision it runs."""
        return Response(
            {"status": "healthy", "version": VERSION, "revision": settings.CONTRACT.release}
        )


class Database(Open):
    """Whether the database answers."""

    @described(responses=dict[str, str])
    def get(self, request: Request) -> HttpResponse:
        """Tell that the database answers a query."""
        if not connected():
            return problem_response(request, DISCONNECTED)
        return Response({"database": "connected"})


class Ready(Open):
    """Whether the process should get traffic."""

    @described(responses=dict[str, Any])
    def get(self, request: Request) -> HttpResponse:
        """Check the database, unapplied migrations, the audit's triggers and a signing key."""
        checks = readiness(self.at)
        failed = [name for name, passed in checks.items() if not passed]
        if failed:
            return problem_response(request, NOT_READY, f"Not ready: {', '.join(failed)}.")
        return Response({"status": "ready", "checks": dict.fromkeys(checks, "ok")})


def readiness(at: datetime) -> dict[str, bool]:
    """Return each check by name; those that need the database fail with it."""
    if not connected():
        return {"database": False}
    return {
        "database": True,
        "migrations": _holds(migrated),
        "audit_triggers": _holds(lambda: not triggers.missing(connection)),
        "signing_key": _holds(lambda: bool(keys.signer(at))),
    }


def connected() -> bool:
    """Tell whether the database answers."""
    return _holds(_ask)


def migrated() -> bool:
    """Tell whether no migration waits."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _ask() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def _holds(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except (Error, SigningUnavailable):
        return False
