"""What can happen to a one-shot operation? It is claimed, does its work, or is refused."""

from datetime import datetime

from accounts.errors import NoSuchAccount
from accounts.models import Account, normal_handle
from accounts.scopes import Scope
from audit.actions import Action, Outcome
from audit.actors import Actor, ActorType
from audit.recording import Journal
from migrations_ops import parameters, receipts
from migrations_ops.errors import (
    AlreadyRunning,
    MayNotOperate,
    RowsRemain,
    RunAborted,
    RunRefused,
    TooManyRows,
)
from migrations_ops.models import Run, Status
from migrations_ops.oneshot import Oneshot
from migrations_ops.tokens import Permit
from wire.clock import now

TARGET = "oneshot"


def claim(permit: Permit, operation: Oneshot, *, journal: Journal) -> Run:
    """Insert the marker that only one runner can ever insert.

    Waits for another runner's transaction to end. Raises AlreadyRunning when the marker is
    another's.
    """
    run = Run(
        name=permit.binding.operation,
        token_jti=permit.jti,
        code_sha256=permit.binding.code_sha256,
        parameters=parameters.spelled(operation),
        run_by=journal.actor.id,
        started_at=journal.at,
    )
    Run.objects.bulk_create([run], ignore_conflicts=True)
    if not Run.objects.filter(pk=run.pk).exists():
        raise AlreadyRunning(name=run.name)
    return run


def work(run: Run, operation: Oneshot, *, max_rows: int, journal: Journal) -> Run:
    """Do the work and set the marker done. Raises TooManyRows, RowsRemain."""
    began = max(now(), run.started_at)
    rows = operation.run(journal)
    if rows > max_rows:
        raise TooManyRows(name=run.name, rows=rows, max_rows=max_rows)
    remaining = operation.remaining()
    if remaining:
        raise RowsRemain(name=run.name, remaining=remaining)
    return _done(run, rows, began, journal)


def _done(run: Run, rows: int, began: datetime, journal: Journal) -> Run:
    ended = max(now(), began)
    duration_ms = round((ended - began).total_seconds() * 1000)
    done = Run.objects.filter(pk=run.pk, status=Status.RUNNING).update(
        status=Status.DONE,
        finished_at=ended,
        rows_affected=rows,
        duration_ms=duration_ms,
        receipt=receipts.sign(run, rows=rows, at=journal.at),
    )
    if done != 1:
        raise AlreadyRunning(name=run.name)
    journal.record(
        Action.OP_COMPLETED,
        target=(TARGET, run.name),
        context={
            "rows": rows,
            "duration_ms": duration_ms,
            "code_sha256": run.code_sha256,
            "token_jti": run.token_jti,
            "parameters": run.parameters,
        },
    )
    return Run.objects.get(pk=run.pk)


def record_minted(permit: Permit, *, journal: Journal) -> None:
    """Note that a token was minted; never the token."""
    journal.record(
        Action.OP_TOKEN_MINTED,
        target=(TARGET, permit.binding.operation),
        context={
            "token_jti": permit.jti,
            "code_sha256": permit.binding.code_sha256,
            "max_rows": permit.max_rows,
            "parameters": dict(permit.parameters),
            "preview_digest": permit.preview_digest,
        },
    )


def record_refusal(name: str, refusal: RunRefused, *, journal: Journal) -> None:
    """Note an attempt that changed nothing."""
    journal.record(
        Action.OP_REFUSED,
        target=(TARGET, name),
        context={"refusal": type(refusal).__name__, "sentence": str(refusal)},
        outcome=Outcome.ERROR if isinstance(refusal, RunAborted) else Outcome.DENIED,
    )


def operator(name: str) -> Actor:
    """Return who stands at the shell. Raises NoSuchAccount, MayNotOperate."""
    handle = normal_handle(name)
    account = Account.objects.filter(pk=handle).first()
    if account is None:
        raise NoSuchAccount(handle=handle)
    if not account.is_active or Scope.OPS_RUN not in account.scopes:
        raise MayNotOperate(handle=handle)
    return Actor(id=handle, type=ActorType(account.actor_type), auth_method="shell")
