"""Which keys vouch for what was signed to last? All there ever were, each for its own time. Pure.

Access tokens are judged by the keys that are published now. A receipt outlives its key: it is
judged by the keys that were trusted at the time it names. `archive` is the document that tells
them, so whoever has it needs neither the database nor us.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from accounts import jose
from accounts.claimed import dates_of
from accounts.keys import SigningKey

ALGORITHMS = ("RS256",)
REQUIRED = ("iss", "aud", "iat", "jti")


def archive(keys: Iterable[SigningKey]) -> dict[str, Any]:
    """Return the keys as a JWK Set in which each says from when and until when it counts.

    `nbf`, `exp` and `revoked` as OpenID Federation 1.0 has them for historical keys.
    """
    return {"keys": [_dated(key) for key in keys]}


def verify(
    statement: str,
    archive: object,
    *,
    issuer: str,
    typ: str,
    audience: str,
    at: datetime,
    leeway: int = 30,
    expired_too: bool = False,
) -> dict[str, Any]:
    """Return the claims of a statement of the issuer's. Raises jose.RejectedToken.

    While a statement is in force its key must be good now, so that a revocation bites at once; one
    that has no end, or is over, needs a key that was good when it was signed.
    """
    now = at.timestamp()
    judged_at = _judged_at(statement, now)
    return jose.verify_claims(
        statement,
        _keys_at(archive, judged_at, leeway),
        ALGORITHMS,
        issuer=issuer,
        audience=audience,
        leeway=leeway,
        now=judged_at if expired_too else now,
        typ=typ,
        required=REQUIRED,
    )


def _judged_at(statement: str, now: float) -> float:
    said = dates_of(statement)
    is_in_force = said.get("exp", now) > now
    return now if is_in_force else min(now, said.get("iat", now))


def _keys_at(archive: Any, at: float, skew: int) -> dict[str, Any]:
    """Return the JWK Set of an instant. Raises jose.RejectedToken for what is no archive."""
    try:
        return {"keys": [key for key in archive["keys"] if _counts(key, at, skew)]}
    except (LookupError, TypeError, AttributeError) as error:
        raise jose.RejectedToken("not an archive of keys") from error


def _counts(key: Mapping[str, Any], at: float, skew: int) -> bool:
    ends = (key.get("exp"), key.get("revoked", {}).get("revoked_at"))
    return bool(key["nbf"] - skew <= at and all(end is None or at < end for end in ends))


def _dated(key: SigningKey) -> dict[str, Any]:
    dates = key.dates
    told: dict[str, Any] = {**key.jwk, "nbf": int(dates.published_at.timestamp())}
    if dates.removed_at is not None:
        told["exp"] = int(dates.removed_at.timestamp())
    if dates.revoked_at is not None:
        told["revoked"] = {"revoked_at": int(dates.revoked_at.timestamp())}
    return told
