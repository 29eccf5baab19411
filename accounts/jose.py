"""Is this token signed by one of these keys, and does it say what we ask? (RFC 7515, 7519, 8725)

The seam between the service and JOSE: compact JWS only, a closed table of algorithms, keys judged
before use. `verify_compact` and `verify_claims` raise RejectedToken for everything that can be
wrong with their input, wrong types included, and nothing else.
"""

import json
import time
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from cryptography.exceptions import InvalidSignature

from accounts import base64url
from accounts.algorithms import PrivateKey, UnfitKey, named
from accounts.jwk import choose
from wire.strict_json import NotStrictJson, loads

MAX_TOKEN_BYTES = 8192
REQUIRED_CLAIMS = ("iss", "sub", "aud", "exp", "iat", "jti")

_END_OF_TIME = 253_402_300_800  # the year 10000, past what a datetime can hold
_CONTAINERS = (tuple, list, set, frozenset)

Header: TypeAlias = dict[str, Any]
Claims: TypeAlias = dict[str, Any]


class RejectedToken(Exception):
    """The token or the key set is refused. The message is for logs and quotes nothing of either."""


def verify_compact(
    token: str, jwks: dict[str, Any], algorithms: Collection[str]
) -> tuple[Header, bytes]:
    """Return header and payload of a signed token, the payload exactly as signed.

    Raises RejectedToken. Nothing the header points at is followed (`jku`, `x5u`, `jwk`, `x5c`).
    """
    protected, body, signature = _segments(token)
    header = dict(_protected(protected))
    _check_algorithm(header.get("alg"), algorithms)
    payload = _bytes(body)
    try:
        key = choose(jwks, kid=header.get("kid"), alg=header["alg"])
        key.check(_bytes(signature), f"{protected}.{body}".encode())
    except (UnfitKey, InvalidSignature) as error:
        raise RejectedToken(str(error) or "the signature does not fit") from error
    return header, payload


def verify_claims(
    token: str,
    jwks: dict[str, Any],
    algorithms: Collection[str],
    *,
    issuer: str,
    audience: str,
    leeway: float = 30,
    now: float | None = None,
    typ: str | None = None,
    required: Collection[str] = REQUIRED_CLAIMS,
) -> Claims:
    """Return the claims of a token that is signed, of this issuer, for this audience and in time.

    `leeway` in seconds, `now` in seconds since the epoch (the clock's when None), `typ` the media
    type asked of the header (RFC 8725, section 3.11). A claim that is not required is still judged
    when present. Raises RejectedToken.
    """
    header, payload = verify_compact(token, jwks, algorithms)
    if typ is not None and _media_type(header.get("typ")) != _media_type(typ):
        raise RejectedToken("the token is of another type")
    claims = _json_object(payload)
    _check_required(claims, required)
    _check_texts(claims)
    _check_parties(claims, issuer, audience)
    _check_times(claims, time.time() if now is None else now, leeway)
    return claims


def sign(payload: Mapping[str, Any], *, key: PrivateKey, alg: str, kid: str, typ: str) -> str:
    """Sign claims as a compact JWS. Raises UnfitKey when key and algorithm do not belong together.

    Takes a loaded key: reading PEM costs a hundred signatures.
    """
    sign_bytes = named(alg).signer(key)
    signed = f"{_header(typ, alg, kid)}.{_json_segment(payload)}"
    return f"{signed}.{base64url.encode(sign_bytes(signed.encode('ascii')))}"


@lru_cache(maxsize=64)
def _header(typ: str, alg: str, kid: str) -> str:
    return _json_segment({"typ": typ, "alg": alg, "kid": kid})


def _json_segment(members: Mapping[str, Any]) -> str:
    return base64url.encode(_SPELL(members).encode())


_SPELL = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


@lru_cache(maxsize=64)
def _protected(segment: str) -> Header:
    """Return a header that passes, read once: all tokens of one key and kind have the same."""
    header = _json_object(_bytes(segment))
    _check_header(header)
    return header


def _segments(token: object) -> list[str]:
    if not isinstance(token, str) or not token.isascii() or len(token) > MAX_TOKEN_BYTES:
        raise RejectedToken(f"not ASCII text of at most {MAX_TOKEN_BYTES} bytes")
    segments = token.split(".")
    if len(segments) != 3:
        raise RejectedToken("not three segments")
    return segments


def _bytes(segment: str) -> bytes:
    try:
        return base64url.decode(segment)
    except base64url.NotBase64url as error:
        raise RejectedToken("a segment is not base64url") from error


def _json_object(data: bytes) -> dict[str, Any]:
    try:
        value = loads(data)
    except NotStrictJson as error:
        raise RejectedToken(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise RejectedToken("not a JSON object")
    return value


def _check_header(header: Header) -> None:
    """Refuse extensions and members of the wrong type (RFC 7515 section 4.1, RFC 7797)."""
    if "crit" in header:
        raise RejectedToken("no critical extension is understood here")
    if header.get("b64", True) is not True:
        raise RejectedToken("the payload must be base64url")
    if not all(isinstance(header.get(name, ""), str) for name in ("kid", "typ")):
        raise RejectedToken("a header member has the wrong type")


def _check_algorithm(alg: object, algorithms: object) -> None:
    """Compare with the allow-list; a bare string is no list, or "RS256" would allow "RS"."""
    if not isinstance(algorithms, _CONTAINERS) or not isinstance(alg, str):
        raise RejectedToken("no algorithm is named or allowed")
    if alg not in algorithms:
        raise RejectedToken("the algorithm is not allowed")


def _media_type(typ: object) -> str:
    """Spell a media type one way (RFC 7515, section 4.1.9).

    ASCII only: the Kelvin sign would otherwise become a k.
    """
    if not isinstance(typ, str) or not typ.isascii():
        raise RejectedToken("the token has no type")
    return typ.lower().removeprefix("application/")


def _check_required(claims: Claims, required: object) -> None:
    if not isinstance(required, _CONTAINERS):
        raise RejectedToken("required claims must be a list")
    for name in required:
        if not isinstance(name, str) or claims.get(name) is None:
            raise RejectedToken("a required claim is missing")


def _check_texts(claims: Claims) -> None:
    for name in ("iss", "sub", "jti"):
        value = claims.get(name, "absent")
        if not isinstance(value, str) or not value:
            raise RejectedToken(f"{name} is not a text")


def _check_parties(claims: Claims, issuer: object, audience: object) -> None:
    if claims.get("iss", issuer) != issuer:
        raise RejectedToken("another issuer")
    audiences = claims.get("aud", [audience])
    if isinstance(audiences, str):
        audiences = [audiences]
    if not isinstance(audiences, list) or not all(isinstance(name, str) for name in audiences):
        raise RejectedToken("aud is neither a text nor a list of texts")
    if not audience or audience not in audiences:
        raise RejectedToken("another audience")


def _check_times(claims: Claims, now: object, leeway: object) -> None:
    """Compare the dates (RFC 7519, section 4.1)."""
    at, slack = _seconds(now), _seconds(leeway)
    for name in ("exp", "iat", "nbf"):
        if name in claims:
            instant = _seconds(claims[name])
            in_time = instant > at - slack if name == "exp" else instant <= at + slack
            if not in_time:
                raise RejectedToken(f"{name} does not include this moment")


def _seconds(value: object) -> float:
    """Return a number of seconds that a calendar can hold; a bool is no number here."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RejectedToken("a date is not a number")
    if not 0 <= value < _END_OF_TIME:
        raise RejectedToken("a date is outside the calendar")
    return value
