"""How is a run halted? Between two batches: who is at work on one ends it first."""

import uuid

from audit.actions import Action
from audit.recording import Journal
from migrations_ops import receipts
from migrations_ops.errors import AlreadyRunning, NotInThatState
from migrations_ops.loading import Registered
from migrations_ops.models import OPEN, Run, Status
from migrations_ops.operations.marking import inserted
from migrations_ops.operations.telling import record_move
from wire.clock import now


def pause(name: str, *, journal: Journal) -> Run:
    """Let no batch begin from now on. Raises NotInThatState."""
    run = _moved(name, Status.PAUSED, "paused", {Status.RUNNING})
    record_move(Action.OP_PAUSED, run, journal=journal)
    return run


def resume(name: str, *, journal: Journal) -> Run:
    """Let batches begin again, by whoever calls with a token. Raises NotInThatState."""
    run = _moved(name, Status.RUNNING, "resumed", {Status.PAUSED, Status.FAILED})
    record_move(Action.OP_RESUMED, run, journal=journal, why="by request")
    return run


def cancel(found: Registered, *, journal: Journal) -> Run:
    """End the run for ever, or see to it that there will be none; what was done is kept.

    Signs a cancellation, which a tombstone may hold in place of a receipt. Raises NotInThatState.
    """
    # Locked, because what is signed is what was kept: no batch ends in between.
    run = Run.objects.select_for_update().of(found.name) or _unclaimed(found, journal)
    if run.status not in OPEN:
        raise NotInThatState(name=run.name, wanted="cancelled", status=run.status)
    ended = max(now(), run.started_at)
    rows = run.rows_affected or 0
    moved = (
        Run.objects.held(run)
        .filter(status__in=OPEN)
        .update(
            status=Status.CANCELLED,
            finished_at=ended,
            failure="",
            lease_until=None,
            receipt=receipts.sign(
                run, Status.CANCELLED, rows=rows, finished_at=ended, at=journal.at
            ),
        )
    )
    if moved != 1:
        raise AlreadyRunning(name=run.name)
    record_move(Action.OP_CANCELLED, run, journal=journal)
    return Run.objects.get(pk=run.pk)


def _unclaimed(found: Registered, journal: Journal) -> Run:
    return inserted(
        Run(
            name=found.name,
            token_jti=f"none-{uuid.uuid4()}",
            code_sha256=found.code_sha256,
            run_by=journal.actor.id,
            started_at=journal.at,
        )
    )


def _moved(name: str, to: Status, wanted: str, sources: set[Status]) -> Run:
    moved = Run.objects.filter(name=name, status__in=sources).update(status=to, failure="")
    run = Run.objects.of(name)
    if moved != 1 or run is None:
        status = run.status if run else "not begun"
        raise NotInThatState(name=name, wanted=wanted, status=status)
    return run
