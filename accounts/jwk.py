"""Which public keys may vouch for a token, and how is ours told to others? (RFC 7517, 7518, 8037)

A key of a set is judged alone. Judging is pure in the members looked at, so its verdict is kept:
a verification costs little more than its signature check.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from accounts import base64url
from accounts.algorithms import SERVED_BY_KIND, Check, PrivateKey, PublicKey, UnfitKey, named
from accounts.strength import check_ed25519, check_rsa

_CURVES: Mapping[str, ec.EllipticCurve] = {
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
}
_CRV_NAMES = {curve.name: crv for crv, curve in _CURVES.items()}
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_MAX_TEXT = 4096  # a modulus of 16,384 bits has 2,731 characters; verdicts are kept in memory
_MAX_KEY_OPS = 8  # as many as RFC 7517 section 4.3 names
_THUMBPRINT_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "RSA": ("e", "kty", "n"),
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
}


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A judged public key, bound to the one algorithm that it serves."""

    kid: str | None
    alg: str
    check: Check


class _Members(NamedTuple):
    """The members of a JWK that its verdict depends on; absent ones are None."""

    key_ops: tuple[str, ...]
    kty: str | None = None
    kid: str | None = None
    use: str | None = None
    alg: str | None = None
    crv: str | None = None
    n: str | None = None
    e: str | None = None
    x: str | None = None
    y: str | None = None


_TEXT_MEMBERS = _Members._fields[1:]


class LastingSet(dict[str, Any]):
    """A JWK Set that nobody changes: what was chosen of it once is not judged again."""

    def __init__(self, keys: Iterable[Mapping[str, str]]) -> None:
        super().__init__(keys=list(keys))
        self.chosen: dict[tuple[str | None, str], VerifyingKey] = {}


def judge(jwk: object) -> VerifyingKey:
    """Say what a JWK may verify. Raises UnfitKey."""
    verdict = _verdict(_members(jwk))
    if isinstance(verdict, str):
        raise UnfitKey(verdict)
    return verdict


def choose(jwks: object, *, kid: str | None, alg: str) -> VerifyingKey:
    """Return the only key of a JWK Set that may vouch. Raises UnfitKey when none or several do.

    With a `kid`, the key of that name; without one, the only key that serves the algorithm.
    """
    if not isinstance(jwks, LastingSet):
        return _choose(jwks, kid, alg)
    known = jwks.chosen.get((kid, alg))
    if known is None:
        known = jwks.chosen[kid, alg] = _choose(jwks, kid, alg)
    return known


def _choose(jwks: object, kid: str | None, alg: str) -> VerifyingKey:
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(keys, list):
        raise UnfitKey("not a key set")
    if kid is not None:
        keys = [jwk for jwk in keys if isinstance(jwk, dict) and jwk.get("kid") == kid]
    fitting = [key for key in _usable(keys) if key.alg == alg]
    if len(fitting) != 1:
        raise UnfitKey(f"{len(fitting)} keys of the set fit the token")
    return fitting[0]


def thumbprint(jwk: Mapping[str, object]) -> str:
    """Name a public key by its SHA-256 thumbprint (RFC 7638). Raises UnfitKey."""
    kty = jwk.get("kty")
    names = _THUMBPRINT_MEMBERS.get(kty) if isinstance(kty, str) else None
    if names is None:
        raise UnfitKey("the type of the key has no thumbprint here")
    members = {name: jwk.get(name) for name in names}
    if not all(isinstance(value, str) for value in members.values()):
        raise UnfitKey("a member that makes the key is missing")
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":"))
    return base64url.encode(hashlib.sha256(canonical.encode()).digest())


def public_jwk(key: PrivateKey | PublicKey, alg: str) -> dict[str, str]:
    """Describe a key of ours to its verifiers, public members only. Raises UnfitKey."""
    public = (
        key
        if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey)
        else key.public_key()
    )
    named(alg).verifier(public)
    members = _public_members(public)
    return {"kid": thumbprint(members), "alg": alg, "use": "sig", **members}


def _usable(keys: Iterable[object]) -> list[VerifyingKey]:
    """Keep the good keys; two of one name are both dropped, since the name then tells nothing."""
    good = []
    for jwk in keys:
        try:
            good.append(judge(jwk))
        except UnfitKey:
            continue
    bearers = Counter(key.kid for key in good)
    return [key for key in good if key.kid is None or bearers[key.kid] == 1]


def _members(jwk: object) -> _Members:
    """Reduce a JWK to what is looked at, in a form that the cache can hold. Raises UnfitKey."""
    if not isinstance(jwk, dict):
        raise UnfitKey("a key is a JSON object")
    if not _PRIVATE_MEMBERS.isdisjoint(jwk):
        raise UnfitKey("private or symmetric members are present")
    texts = {name: jwk[name] for name in _TEXT_MEMBERS if name in jwk}
    key_ops = jwk.get("key_ops", ["verify"])
    if not isinstance(key_ops, list) or len(key_ops) > _MAX_KEY_OPS:
        raise UnfitKey("key_ops is not a list of operations")
    if not all(_is_short_text(value) for value in (*texts.values(), *key_ops)):
        raise UnfitKey("a member is not text, or too long")
    return _Members(tuple(key_ops), **texts)


def _is_short_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _MAX_TEXT


@lru_cache(maxsize=256)
def _verdict(members: _Members) -> VerifyingKey | str:
    """Judge, once for the same members. A refusal is a value too, so that it is remembered."""
    try:
        if members.use not in (None, "sig") or "verify" not in members.key_ops:
            raise UnfitKey("the key is not for verifying")
        kind, key = _public_key(members)
        alg = SERVED_BY_KIND[kind] if members.alg is None else members.alg
        return VerifyingKey(members.kid, alg, named(alg).verifier(key))
    except (ValueError, UnsupportedAlgorithm) as error:
        return str(error)


def _public_key(members: _Members) -> tuple[str, PublicKey]:
    """Build the key and name its kind. Raises UnfitKey, NotBase64url or ValueError."""
    match members:
        case _Members(kty="RSA", n=str(n), e=str(e)):
            return "RSA", _rsa(_number(n), _number(e))
        case _Members(kty="EC", crv=str(crv), x=str(x), y=str(y)) if crv in _CURVES:
            return crv, _point(_CURVES[crv], base64url.decode(x), base64url.decode(y))
        case _Members(kty="OKP", crv="Ed25519", x=str(x)):
            return "Ed25519", _ed25519(base64url.decode(x))
    raise UnfitKey("the type of the key is not known here, or a member is missing")


def _rsa(n: int, e: int) -> rsa.RSAPublicKey:
    check_rsa(n, e)
    return rsa.RSAPublicNumbers(e, n).public_key()


def _point(curve: ec.EllipticCurve, x: bytes, y: bytes) -> ec.EllipticCurvePublicKey:
    """Build the key; `cryptography` refuses a point off the curve with ValueError."""
    if {len(x), len(y)} != {_size(curve)}:
        raise UnfitKey("a coordinate is not of full length")
    numbers = ec.EllipticCurvePublicNumbers(
        int.from_bytes(x, "big"), int.from_bytes(y, "big"), curve
    )
    return numbers.public_key()


def _ed25519(x: bytes) -> ed25519.Ed25519PublicKey:
    check_ed25519(x)
    return ed25519.Ed25519PublicKey.from_public_bytes(x)


def _public_members(key: PublicKey) -> dict[str, str]:
    match key:
        case rsa.RSAPublicKey():
            numbers = key.public_numbers()
            return {"kty": "RSA", "n": _text(numbers.n), "e": _text(numbers.e)}
        case ec.EllipticCurvePublicKey():
            point, size = key.public_numbers(), _size(key.curve)
            x, y = _text(point.x, size), _text(point.y, size)
            return {"kty": "EC", "crv": _CRV_NAMES[key.curve.name], "x": x, "y": y}
        case ed25519.Ed25519PublicKey():
            return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(key.public_bytes_raw())}


def _size(curve: ec.EllipticCurve) -> int:
    return (curve.key_size + 7) // 8


def _number(text: str) -> int:
    return int.from_bytes(base64url.decode(text), "big")


def _text(number: int, size: int | None = None) -> str:
    """Spell a number big-endian, in the fewest bytes unless the size is fixed."""
    return base64url.encode(number.to_bytes(size or (number.bit_length() + 7) // 8, "big"))
