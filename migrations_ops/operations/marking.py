"""How does a run begin and end? With a marker that one runner alone can ever insert."""

from datetime import datetime

from audit.actions import Action
from audit.recording import Journal
from migrations_ops import parameters, receipts
from migrations_ops.errors import AlreadyRunning, NothingToUndo, RowsRemain, TooManyRows
from migrations_ops.models import ENDED, Run, Status
from migrations_ops.oneshot import AtOnce, Oneshot
from migrations_ops.operations.telling import TARGET
from migrations_ops.operations.working import NOTHING
from migrations_ops.tokens import Permit
from wire.clock import now


def claim(permit: Permit, operation: Oneshot, *, journal: Journal, **more: object) -> Run:
    """Insert the marker that only one runner can ever insert.

    Waits for another runner's transaction to end. Raises AlreadyRunning when the marker is
    another's, NothingToUndo when the operation undoes what has not ended.
    """
    _check_undoes(operation)
    run = Run(
        name=permit.binding.operation,
        token_jti=permit.jti,
        code_sha256=permit.binding.code_sha256,
        parameters=parameters.spelled(operation),
        max_rows=permit.max_rows,
        run_by=journal.actor.id,
        started_at=journal.at,
        **more,
    )
    return inserted(run)


def inserted(run: Run) -> Run:
    """Insert the marker. Raises AlreadyRunning when there is one of this name."""
    # SQLite has the whole database to itself here, and its trigger takes no second marker.
    if not Run.objects.filter(name=run.name).exists():
        Run.objects.bulk_create([run], ignore_conflicts=True)
    if not Run.objects.filter(pk=run.pk).exists():
        raise AlreadyRunning(name=run.name)
    return run


def work(run: Run, operation: AtOnce, *, journal: Journal) -> Run:
    """Do all the work and set the marker done. Raises TooManyRows, RowsRemain."""
    began = max(now(), run.started_at)
    rows = operation.run(journal)
    check_promises(run, operation, rows, undone=NOTHING)
    return finish(run, operation, rows, began=began, journal=journal)


def check_rows(run: Run, rows: int, *, undone: str) -> None:
    """Raise TooManyRows when the run would have touched more than it may."""
    if run.max_rows is not None and rows > run.max_rows:
        raise TooManyRows(name=run.name, rows=rows, max_rows=run.max_rows, undone=undone)


def check_promises(run: Run, operation: Oneshot, rows: int, *, undone: str) -> None:
    """Hold the end of the work against what was promised. Raises TooManyRows, RowsRemain."""
    check_rows(run, rows, undone=undone)
    remaining = operation.remaining()
    if remaining:
        raise RowsRemain(name=run.name, remaining=remaining, undone=undone)


def finish(
    run: Run, operation: Oneshot, rows: int, *, began: datetime, journal: Journal, **more: object
) -> Run:
    """Set the marker done and sign the receipt. Raises AlreadyRunning when it is another's now."""
    ended = max(now(), began)
    duration_ms = round((ended - began).total_seconds() * 1000)
    done = Run.objects.held(run).filter(status__in=[Status.RUNNING, Status.PAUSED])
    moved = done.update(
        status=Status.DONE,
        finished_at=ended,
        rows_affected=rows,
        duration_ms=duration_ms,
        lease_until=None,
        receipt=receipts.sign(run, Status.DONE, rows=rows, finished_at=ended, at=journal.at),
        **more,
    )
    if moved != 1:
        raise AlreadyRunning(name=run.name)
    _record_end(run, operation, rows, duration_ms, journal)
    return Run.objects.get(pk=run.pk)


def _record_end(
    run: Run, operation: Oneshot, rows: int, duration_ms: int, journal: Journal
) -> None:
    context = {
        "rows": rows,
        "duration_ms": duration_ms,
        "code_sha256": run.code_sha256,
        "token_jti": run.token_jti,
        **parameters.told(run.parameters),
    }
    journal.record(Action.OP_COMPLETED, target=(TARGET, run.name), context=context)
    if operation.undoes:
        undone = {"by": run.name, "rows": rows}
        journal.record(Action.OP_UNDONE, target=(TARGET, operation.undoes), context=undone)


def _check_undoes(operation: Oneshot) -> None:
    undone = Run.objects.filter(name=operation.undoes, status__in=ENDED)
    if operation.undoes and not undone.exists():
        raise NothingToUndo(name=operation.name, undoes=operation.undoes)
