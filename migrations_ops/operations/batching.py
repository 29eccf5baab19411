"""How does a run in batches go on? Every step is fenced by the generation it was begun under."""

from datetime import timedelta

from audit.actions import Action
from audit.recording import Journal
from migrations_ops.errors import AlreadyRunning, RunAborted, WorkFailed
from migrations_ops.models import Run, Status
from migrations_ops.oneshot import Batch, InBatches
from migrations_ops.operations.marking import check_promises, check_rows, finish
from migrations_ops.operations.telling import record_failure, record_move
from migrations_ops.operations.working import LEASE_SECONDS
from migrations_ops.tokens import Permit
from wire.clock import now

LEASE = timedelta(seconds=LEASE_SECONDS)
LONGEST_FAILURE = 500


def take(run: Run, permit: Permit, *, journal: Journal) -> Run:
    """Go on with a run that nobody works on, under the next generation.

    Raises AlreadyRunning when somebody does, or was quicker.
    """
    # A runner that did not let go may have died of its batch.
    is_orphan = run.lease_until is not None
    moved = Run.objects.free(run, now()).update(
        generation=run.generation + 1,
        lease_until=now() + LEASE,
        status=Status.RUNNING,
        failure="",
        max_rows=permit.max_rows,
        code_sha256=permit.binding.code_sha256,
        batch_size=max(1, run.batch_size // 2) if is_orphan else run.batch_size,
        continued_with=_with(run, permit.jti),
    )
    if moved != 1:
        raise AlreadyRunning(name=run.name)
    taken = Run.objects.get(pk=run.pk)
    why = "taken over" if is_orphan else "after a failure" if run.failure else "continued"
    record_move(
        Action.OP_RESUMED, taken, journal=journal,
        why=why, generation=taken.generation, token_jti=permit.jti,
    )  # fmt: skip
    return taken


def standing_of(run: Run) -> Run:
    """Return how the run stands now. Raises AlreadyRunning when somebody has taken it over."""
    found = Run.objects.held(run).first()
    if found is None:
        raise AlreadyRunning(name=run.name)
    return found


def advance(
    run: Run, batch: Batch, *, operation: InBatches, rest: timedelta, size: int, journal: Journal
) -> Run:
    """Keep a batch: its rows and where the next begins, or the end of it all.

    Raises AlreadyRunning when the run is another's by now; TooManyRows, RowsRemain, WorkFailed.
    """
    rows = (run.rows_affected or 0) + batch.rows
    undone = undone_of(run)
    if batch.cursor is None:
        check_promises(run, operation, rows, undone=undone)
        return finish(
            run, operation, rows, began=run.started_at, journal=journal, batches=run.batches + 1
        )
    check_rows(run, rows, undone=undone)
    if batch.cursor == run.cursor:
        raise WorkFailed(name=run.name, kind="a standstill", cursor=run.cursor, undone=undone)
    moved = Run.objects.held(run).filter(status__in=[Status.RUNNING, Status.PAUSED])
    kept = moved.update(
        cursor=batch.cursor,
        rows_affected=rows,
        batches=run.batches + 1,
        batch_size=size,
        lease_until=now() + LEASE + rest,
    )
    if kept != 1:
        raise AlreadyRunning(name=run.name)
    return Run.objects.get(pk=run.pk)


def let_go(run: Run) -> None:
    """Let the next call go on at once; nothing happens when somebody has taken over."""
    Run.objects.held(run).exclude(lease_until=None).update(lease_until=None)


def ease(run: Run) -> None:
    """Let go, and have the next batch half as large: this one took too long."""
    Run.objects.held(run).filter(status=Status.RUNNING).update(
        lease_until=None, batch_size=max(1, run.batch_size // 2)
    )


def fail(run: Run, failure: RunAborted, *, journal: Journal) -> None:
    """Note that a batch was undone; whoever runs again begins with the same batch."""
    told = str(failure)[:LONGEST_FAILURE]
    moved = Run.objects.held(run).filter(status__in=[Status.RUNNING, Status.PAUSED])
    if moved.update(status=Status.FAILED, failure=told, lease_until=None):
        record_failure(run, failure, journal=journal)
    else:
        journal.told_elsewhere()


def undone_of(run: Run) -> str:
    """Say what a refusal at the end of a batch means for the rows."""
    return f"this batch was undone, the {run.rows_affected or 0} rows before it are kept"


def _with(run: Run, jti: str) -> list[str]:
    return run.continued_with if run.was_driven_by(jti) else [*run.continued_with, jti]
