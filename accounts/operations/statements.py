"""What does the issuer sign besides access tokens? Statements: a permit, a receipt."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from accounts import jose, statement_keys
from accounts.errors import BadCredential
from accounts.operations.keys import FIRST, signed
from accounts.vault import VAULT


def sign_statement(
    payload: Mapping[str, Any], *, typ: str, audience: str, at: datetime, lifetime: int | None
) -> str:
    """Sign something other than an access token: a migration token, a receipt.

    Adds `iss`, `aud`, `iat`, `jti` and, with a `lifetime` in seconds, `exp`.
    Raises SigningUnavailable.
    """
    issued = int(at.timestamp())
    claims = {
        "iss": settings.CONTRACT.base_url,
        "aud": audience,
        "iat": issued,
        "jti": secrets.token_urlsafe(16),
        **payload,
    }
    if lifetime is not None:
        claims["exp"] = issued + lifetime
    return signed(claims, typ=typ, alg=FIRST, at=at)


def verify_statement(
    token: str, *, typ: str, audience: str, at: datetime, expired_too: bool = False
) -> dict[str, Any]:
    """Return the claims of a statement we signed. Raises BadCredential.

    What lasts is judged by the keys of its time. `expired_too` takes one whose time is over: to
    tell a retry from a stranger.
    """
    contract = settings.CONTRACT
    try:
        return statement_keys.verify(
            token,
            archive(at),
            issuer=contract.base_url,
            typ=typ,
            audience=audience,
            at=at,
            leeway=contract.clock_skew_seconds,
            expired_too=expired_too,
        )
    except jose.RejectedToken as error:
        raise BadCredential from error


def archive(at: datetime) -> dict[str, Any]:
    """Return every key that was ever published, for whoever verifies statements without us."""
    return statement_keys.archive(VAULT.ring(at).history(at))
