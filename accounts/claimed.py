"""What does a token say of itself? Enough to choose who is asked; nothing here is verified."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any

from accounts import base64url
from accounts.errors import BadCredential
from accounts.jose import MAX_TOKEN_BYTES
from wire.strict_json import loads

_EXTENSIONS = frozenset({"crit", "b64"})


def issuer_of(token: str) -> str | None:
    """Return the `iss` a token claims, None for what claims none."""
    segments = token.split(".")
    return _issuer_in(segments[1]) if len(segments) == 3 else None


def dates_of(token: str) -> dict[str, float]:
    """Return those of `iat` and `exp` that a token claims, in seconds since 1970."""
    claims = _claims_of(token)
    dates = {name: claims[name] for name in ("iat", "exp") if name in claims}
    return {name: date for name, date in dates.items() if type(date) in {int, float}}


def key_asked_for(
    token: str, *, issuers: Collection[str], algorithms: Collection[str], types: Collection[str]
) -> str | None:
    """Return the `kid` of a token that some key might make good, None when it names none.

    Only such a token is worth a request to whoever publishes the keys. Raises BadCredential for
    all others: malformed, with extensions, of another issuer, algorithm or type. `types` are media
    types in small letters; a token without `typ` passes (RFC 8725, section 3.11).
    """
    try:
        header = _header_of(token)
    except ValueError as error:
        raise BadCredential from error
    kid, typ = header.get("kid"), header.get("typ")
    is_fit = (
        issuer_of(token) in tuple(issuers)
        and header.get("alg") in tuple(algorithms)
        and (kid is None or isinstance(kid, str))
        and (typ is None or _media_type(typ) in types)
        and _EXTENSIONS.isdisjoint(header)
    )
    if not is_fit:
        raise BadCredential
    return kid


@lru_cache(maxsize=256)
def _issuer_in(payload: str) -> str | None:
    # A payload alone vouches for nothing; who calls again shows the same.
    try:
        issuer = _object(payload).get("iss")
    except ValueError:
        return None
    return issuer if isinstance(issuer, str) else None


def _claims_of(token: str) -> dict[str, Any]:
    """Return the claims of a token, none of what is no token."""
    try:
        _, payload, _ = token.split(".")
        return _object(payload)
    except ValueError:
        return {}


def _header_of(token: str) -> dict[str, Any]:
    """Return the header of a token that is well-formed around its payload. Raises ValueError."""
    if len(token) > MAX_TOKEN_BYTES:
        raise ValueError("larger than a token may be")
    header, _, signature = token.split(".")
    if not base64url.decode(signature):
        raise ValueError("not signed")
    return _object(header)


def _object(segment: str) -> dict[str, Any]:
    """Return the JSON object of a segment. Raises ValueError."""
    value = loads(base64url.decode(segment))
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def _media_type(typ: object) -> str:
    """Spell a media type one way, "" for what is none (RFC 7515, section 4.1.9)."""
    return typ.lower().removeprefix("application/") if isinstance(typ, str) else ""
