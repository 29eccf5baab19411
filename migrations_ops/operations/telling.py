"""What does the audit say of one-shot operations?"""

from audit.actions import Action, Outcome
from audit.recording import Journal
from migrations_ops import parameters
from migrations_ops.errors import RunAborted
from migrations_ops.models import Run
from migrations_ops.tokens import Permit
from wire.errors import DomainError, InvalidInput

TARGET = "oneshot"


def record_minted(permit: Permit, *, journal: Journal) -> None:
    """Note that a token was minted; never the token."""
    journal.record(
        Action.OP_TOKEN_MINTED,
        target=(TARGET, permit.binding.operation),
        context={
            "token_jti": permit.jti,
            "code_sha256": permit.binding.code_sha256,
            "max_rows": permit.max_rows,
            "parameters": permit.parameters and dict(permit.parameters),
            "parameters_sha256": permit.parameters_sha256,
            "preview_digest": permit.preview_digest,
        },
    )


def record_started(run: Run, *, journal: Journal) -> None:
    """Note that a run in batches has claimed the marker."""
    context = {
        "rows_expected": run.rows_expected,
        "max_rows": run.max_rows,
        "code_sha256": run.code_sha256,
        "token_jti": run.token_jti,
        **parameters.told(run.parameters),
    }
    journal.record(Action.OP_STARTED, target=(TARGET, run.name), context=context)


def record_refusal(name: str, refusal: DomainError, *, journal: Journal) -> None:
    """Note an attempt that changed nothing."""
    context: dict[str, object] = {"refusal": type(refusal).__name__, "sentence": str(refusal)}
    if isinstance(refusal, InvalidInput):
        context["places"] = [fault.pointer for fault in refusal.faults[:20]]
    journal.record(
        Action.OP_REFUSED,
        target=(TARGET, name),
        context=context,
        outcome=Outcome.ERROR if isinstance(refusal, RunAborted) else Outcome.DENIED,
    )


def record_move(action: Action, run: Run, *, journal: Journal, **context: object) -> None:
    """Note what somebody did to a run, and how far it had come."""
    journal.record(
        action,
        target=(TARGET, run.name),
        context={"rows": run.rows_affected, "cursor": run.cursor, **context},
    )


def record_failure(run: Run, failure: RunAborted, *, journal: Journal) -> None:
    """Note that a batch was undone, and where."""
    context = {
        "refusal": type(failure).__name__,
        "sentence": str(failure),
        "cursor": run.cursor,
        "rows": run.rows_affected,
    }
    journal.record(
        Action.OP_BATCH_FAILED, target=(TARGET, run.name), context=context, outcome=Outcome.ERROR
    )
