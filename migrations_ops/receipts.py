"""What proves that an operation was run, or never will be? A statement that the issuer signed."""

from datetime import datetime

from django.conf import settings

from accounts.operations.statements import sign_statement
from migrations_ops import parameters
from migrations_ops.models import Run, Status

TYP = "receipt+jwt"
AUDIENCE = "taskflow/receipts"


def sign(run: Run, outcome: Status, *, rows: int, finished_at: datetime, at: datetime) -> str:
    """Return the receipt of a run: what, which code, who, when, how many rows and how it ended.

    Good for ever. Raises SigningUnavailable.
    """
    claims = {
        "sub": run.run_by,
        "outcome": outcome.value,
        "operation": run.name,
        "environment": str(settings.CONTRACT.env),
        "code_sha256": run.code_sha256,
        **parameters.told(run.parameters),
        "rows_affected": rows,
        "ran_at": int(run.started_at.timestamp()),
        "finished_at": int(finished_at.timestamp()),
        "token_jti": run.token_jti,
    }
    return sign_statement(claims, typ=TYP, audience=AUDIENCE, at=at, lifetime=None)
