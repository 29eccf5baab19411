"""Keys and tokens made by hand, so that a test can make what our own signer would not."""

import json
from base64 import urlsafe_b64encode
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec

from accounts.algorithms import ALGORITHMS
from accounts.jwk import public_jwk
from accounts.private_keys import generate

ALL = tuple(ALGORITHMS)
GOOD_CLAIMS = {
    "iss": "https://issuer.example",
    "sub": "@alice",
    "aud": "taskflow",
    "exp": 1_000_600,
    "iat": 1_000_000,
    "jti": "1",
}


def key(alg, number=0):
    """Make the key of an algorithm, the same at each call; `number` for further ones."""
    return _made("RS256" if alg[:2] in {"RS", "PS"} else alg, number)


@cache
def _made(alg, number):
    if alg == "ES384":
        return ec.generate_private_key(ec.SECP384R1())
    if alg == "ES512":
        return ec.generate_private_key(ec.SECP521R1())
    return generate(alg)


def jwk(alg, number=0, /, **changes):
    """Return the public JWK of `key`, with members changed, or taken out where None."""
    members = {**public_jwk(key(alg, number), alg), **changes}
    return {name: value for name, value in members.items() if value is not None}


def key_set(*jwks):
    return {"keys": list(jwks)}


def b64(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def segment(part):
    return b64(part if isinstance(part, bytes) else json.dumps(part).encode())


def token(payload=GOOD_CLAIMS, alg="ES256", number=0, **header):
    """Sign anything: header members are added to `alg` and `kid`, or taken out where None."""
    members = {"alg": alg, "kid": jwk(alg, number)["kid"], **header}
    return signed({n: v for n, v in members.items() if v is not None}, payload, alg, number)


def signed(header, payload, alg="ES256", number=0):
    """Sign header and payload as they are, given as bytes or as what JSON can write."""
    message = f"{segment(header)}.{segment(payload)}"
    return f"{message}.{b64(ALGORITHMS[alg].signer(key(alg, number))(message.encode()))}"
