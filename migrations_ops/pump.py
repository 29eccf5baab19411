"""How does a large operation come to its end? Batch after batch, by as many calls as it takes."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import InterfaceError, OperationalError

from migrations_ops import operations
from migrations_ops.calling import Caller, waiting_told
from migrations_ops.errors import AlreadyRunning, RunAborted
from migrations_ops.models import Run, Status
from migrations_ops.oneshot import InBatches
from migrations_ops.operations.batching import undone_of
from migrations_ops.operations.working import end_when_frozen, failures_named

LARGEST_BATCH = 10_000
LONGEST_REST = 5.0  # seconds: a runner that rests longer could not be told from a dead one


def _unwatched(run: Run) -> None:
    """Watch nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast, and for how long: no batch begins after `budget` seconds."""

    budget: float | None = None
    target_ms: int = 500
    rest: float = 0.0
    watch: Callable[[Run], None] = _unwatched
    began: float = field(default_factory=time.monotonic)

    def is_spent(self) -> bool:
        """Tell whether it is time to answer."""
        return self.budget is not None and time.monotonic() - self.began >= self.budget

    def next_size(self, size: int, took: float) -> int:
        """Return the size with which a batch would take the target time, at most doubled."""
        fitting = int(size * self.target_ms / max(took * 1000, 1))
        return min(max(fitting, size // 2, 1), size * 2, LARGEST_BATCH)

    def rest_after(self, took: float) -> float:
        """Return for how long others have the database to themselves: a tenth at least."""
        return min(max(self.rest, took / 10), LONGEST_REST)


def drive(run: Run, operation: InBatches, caller: Caller, pace: Pace) -> Run:
    """Do batch after batch until the end, a halt or the end of the budget; return how it stands.

    Raises AlreadyRunning when somebody has taken over, and the kinds of RunAborted, whose batch
    was undone and which the run remembers.
    """
    while True:
        began = time.monotonic()
        run = _batch_or_failure(run, operation, caller, pace)
        pace.watch(run)
        if run.status != Status.RUNNING:
            return run
        if pace.is_spent():
            return _released(run, caller)
        time.sleep(pace.rest_after(time.monotonic() - began))


def _batch_or_failure(run: Run, operation: InBatches, caller: Caller, pace: Pace) -> Run:
    try:
        with waiting_told(run.name):
            return _batch(run, operation, caller, pace)
    except RunAborted as failure:
        with caller.begin() as journal:
            operations.fail(run, failure, journal=journal)
        raise
    except (AlreadyRunning, OperationalError, InterfaceError):
        with suppress(OperationalError, InterfaceError), caller.begin() as journal:
            journal.told_elsewhere()
            operations.ease(run)
        raise


def _batch(run: Run, operation: InBatches, caller: Caller, pace: Pace) -> Run:
    began = time.monotonic()
    with caller.begin() as journal:
        journal.told_elsewhere()
        end_when_frozen()
        run = operations.standing_of(run)
        if run.status != Status.RUNNING:
            operations.let_go(run)
            return run
        with failures_named(run.name, cursor=run.cursor, undone=undone_of(run)):
            batch = operation.batch(run.cursor, run.batch_size, journal)
        took = time.monotonic() - began
        return operations.advance(
            run,
            batch,
            operation=operation,
            rest=timedelta(seconds=pace.rest_after(took)),
            size=pace.next_size(run.batch_size, took),
            journal=journal,
        )


def _released(run: Run, caller: Caller) -> Run:
    with caller.begin() as journal:
        journal.told_elsewhere()
        operations.let_go(run)
    return run
