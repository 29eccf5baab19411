"""What proves that an operation was run? A statement signed by the issuer, good for ever."""

from datetime import datetime

from django.conf import settings

from accounts.operations.statements import sign_statement
from migrations_ops.models import Run

TYP = "receipt+jwt"
AUDIENCE = "taskflow/receipts"


def sign(run: Run, *, rows: int, at: datetime) -> str:
    """Return the receipt of a run: what, which code, who, when and how many rows.

    Raises SigningUnavailable.
    """
    claims = {
        "sub": run.run_by,
        "operation": run.name,
        "environment": str(settings.CONTRACT.env),
        "code_sha256": run.code_sha256,
        "parameters": run.parameters,
        "rows_affected": rows,
        "ran_at": int(run.started_at.timestamp()),
        "token_jti": run.token_jti,
    }
    return sign_statement(claims, typ=TYP, audience=AUDIENCE, at=at, lifetime=None)
