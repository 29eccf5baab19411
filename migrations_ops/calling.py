"""Who calls, and what becomes of a refusal? Over HTTP and at the shell alike."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.db import OperationalError

from audit.recording import Journal
from migrations_ops import operations, registry
from migrations_ops.errors import AlreadyRunning, OneshotError
from wire.errors import InvalidInput
from wire.waiting import waited_too_long

REFUSALS = (OneshotError, InvalidInput)
Begin: TypeAlias = Callable[[], AbstractContextManager[Journal]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls, when, and how a recording on their behalf is opened.

    `id` is in whose name a run is asked for: where somebody acts for a person, that person's. So
    nobody gets a second person's word by sending an agent ahead and approving what it asks.
    """

    id: str
    at: datetime
    begin: Begin


@contextmanager
def refusals_told(
    name: str, caller: Caller, *, but: tuple[type[OneshotError], ...] = ()
) -> Iterator[None]:
    """Record a refusal in a transaction of its own, and let it go its way."""
    try:
        yield
    except but:
        raise
    except REFUSALS as refusal:
        # A database too busy to let us work may be too busy to note that.
        too_busy = (OperationalError,) if isinstance(refusal, AlreadyRunning) else ()
        with suppress(*too_busy), caller.begin() as journal:
            operations.record_refusal(registry.shown(name), refusal, journal=journal)
        raise


@contextmanager
def waiting_told(name: str) -> Iterator[None]:
    """Say that another runner is at work when the wait for it was too long."""
    try:
        yield
    except OperationalError as error:
        if waited_too_long(error):
            raise AlreadyRunning(name=name) from error
        raise
