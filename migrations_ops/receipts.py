"""What proves that an operation was run, or never will be? A statement that the issuer signed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from accounts import jose, statement_keys
from accounts.claimed import issuer_of
from accounts.operations.statements import sign_statement
from audit.models import Checkpoint
from audit.signing import kid_of
from migrations_ops import parameters
from migrations_ops.models import Run, Status

TYP = "receipt+jwt"
AUDIENCE = "taskflow/receipts"


class NotAReceipt(Exception):
    """A text is not a receipt that one of the keys signed. The message says why."""


def sign(run: Run, outcome: Status, *, rows: int, finished_at: datetime, at: datetime) -> str:
    """Return the receipt of a run: what, which code, who, when, how many rows and how it ended.

    Names the newest checkpoint of the audit too, after which the entry of the run comes.
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
        "audit_checkpoint": _newest_checkpoint(),
    }
    return sign_statement(claims, typ=TYP, audience=AUDIENCE, at=at, lifetime=None)


def verify(
    receipt: str, keys: Mapping[str, Any], *, at: datetime, issuer: str = ""
) -> Mapping[str, Any]:
    """Return what a receipt says, asking neither the database nor the issuer. Raises NotAReceipt.

    `keys` is the JWK Set of either well-known document: the archive, in which each key has its
    time, or the one of the keys in force. Without an `issuer` whoever holds them is believed.
    """
    try:
        return statement_keys.verify(
            receipt,
            {"keys": [{"nbf": 0, **key} for key in keys["keys"]]},
            issuer=issuer or issuer_of(receipt) or "",
            typ=TYP,
            audience=AUDIENCE,
            at=at,
        )
    except (jose.RejectedToken, LookupError, TypeError) as error:
        raise NotAReceipt(f"This is no receipt that one of the keys signed: {error}.") from error


def key_of(receipt: str, keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return the key of the set that a verified receipt was signed with."""
    return next(dict(key) for key in keys["keys"] if key.get("kid") == kid_of(receipt))


def _newest_checkpoint() -> dict[str, Any] | None:
    newest = Checkpoint.objects.newest()
    return {"size": newest.size, "root": newest.root} if newest else None
