"""What may the code of an operation do to its runner? Fail, and freeze."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, connection

from accounts.errors import SigningUnavailable
from audit.errors import AuditUnavailable
from migrations_ops.errors import OneshotError, WorkFailed

LEASE_SECONDS = 5
NOTHING = "nothing was changed"
# The database is away or busy, or the refusal has its own name: not the operation's failure.
PASSING = (
    OneshotError, AuditUnavailable, SigningUnavailable, InterfaceError, OperationalError,
)  # fmt: skip
log = logging.getLogger("taskflow.oneshots")


@contextmanager
def failures_named(name: str, *, cursor: object = None, undone: str = NOTHING) -> Iterator[None]:
    """Name whatever the operation's own code may raise. Raises WorkFailed."""
    try:
        yield
    except PASSING:
        raise
    except Exception as error:
        log.exception("The one-shot operation %s failed.", name)
        kind = type(error).__name__
        raise WorkFailed(name=name, kind=kind, cursor=cursor, undone=undone) from error


def end_when_frozen() -> None:
    """Let PostgreSQL end this transaction when its process stands still for as long as a lease.

    Else a frozen process would keep its locks, and whoever takes over would wait for it.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{LEASE_SECONDS}s'")
