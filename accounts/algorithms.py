"""Which signature algorithms are there, and how does each sign and verify?

One table (RFC 7518 section 3.1, RFC 8037 section 3.1). A key is bound to its algorithm before it
is used: `verifier` and `signer` refuse a key of another kind, so no header can pick one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Protocol, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
Check: TypeAlias = Callable[[bytes, bytes], None]
"""Takes signature and message, raises InvalidSignature."""
Sign: TypeAlias = Callable[[bytes], bytes]


class UnfitKey(ValueError):
    """The key may not be used for this. The message says why and holds no key material."""


class Algorithm(Protocol):
    """One row of the table."""

    def verifier(self, key: object) -> Check:
        """Bind a public key. Raises UnfitKey when it is of another kind."""
        ...

    def signer(self, key: object) -> Sign:
        """Bind a private key. Raises UnfitKey when it is of another kind."""
        ...


@dataclass(frozen=True, slots=True)
class Rsa:
    """RSA with PKCS #1 v1.5 or PSS padding (RFC 7518, sections 3.3 and 3.5)."""

    padding: padding.PKCS1v15 | padding.PSS
    hash: HashAlgorithm

    def verifier(self, key: object) -> Check:
        if not isinstance(key, rsa.RSAPublicKey):
            raise UnfitKey("the algorithm takes an RSA key")
        return partial(key.verify, padding=self.padding, algorithm=self.hash)

    def signer(self, key: object) -> Sign:
        if not isinstance(key, rsa.RSAPrivateKey):
            raise UnfitKey("the algorithm takes an RSA key")
        return partial(key.sign, padding=self.padding, algorithm=self.hash)


@dataclass(frozen=True, slots=True)
class Ecdsa:
    """ECDSA on one curve, the signature being r and s at full length (RFC 7518, section 3.4)."""

    curve: str
    size: int
    hash: HashAlgorithm

    def verifier(self, key: object) -> Check:
        if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != self.curve:
            raise UnfitKey(f"the algorithm takes a key on {self.curve}")
        return partial(self._check, key)

    def signer(self, key: object) -> Sign:
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != self.curve:
            raise UnfitKey(f"the algorithm takes a key on {self.curve}")
        return partial(self._sign, key)

    def _check(self, key: ec.EllipticCurvePublicKey, signature: bytes, message: bytes) -> None:
        if len(signature) != 2 * self.size:
            raise InvalidSignature
        r = int.from_bytes(signature[: self.size], "big")
        s = int.from_bytes(signature[self.size :], "big")
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(self.hash))

    def _sign(self, key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(self.hash)))
        return r.to_bytes(self.size, "big") + s.to_bytes(self.size, "big")


@dataclass(frozen=True, slots=True)
class Eddsa:
    """Ed25519 alone (RFC 8037, section 3.1)."""

    def verifier(self, key: object) -> Check:
        if not isinstance(key, ed25519.Ed25519PublicKey):
            raise UnfitKey("the algorithm takes an Ed25519 key")
        return key.verify

    def signer(self, key: object) -> Sign:
        if not isinstance(key, ed25519.Ed25519PrivateKey):
            raise UnfitKey("the algorithm takes an Ed25519 key")
        return key.sign


def _pss(digest: HashAlgorithm) -> Rsa:
    """PSS with salt and mask of the digest's size, as RFC 7518 section 3.5 fixes them."""
    return Rsa(padding.PSS(padding.MGF1(digest), digest.digest_size), digest)


ALGORITHMS: Mapping[str, Algorithm] = MappingProxyType(
    {
        "RS256": Rsa(padding.PKCS1v15(), SHA256()),
        "RS384": Rsa(padding.PKCS1v15(), SHA384()),
        "RS512": Rsa(padding.PKCS1v15(), SHA512()),
        "PS256": _pss(SHA256()),
        "PS384": _pss(SHA384()),
        "PS512": _pss(SHA512()),
        "ES256": Ecdsa("secp256r1", 32, SHA256()),
        "ES384": Ecdsa("secp384r1", 48, SHA384()),
        "ES512": Ecdsa("secp521r1", 66, SHA512()),
        "EdDSA": Eddsa(),
    }
)

SERVED_BY_KIND: Mapping[str, str] = MappingProxyType(
    {"RSA": "RS256", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "EdDSA"}
)
"""Kind of key (curve, or `kty` where there is none) to the algorithm it serves unless it says."""


def named(alg: str) -> Algorithm:
    """Return the row of an algorithm. Raises UnfitKey for a name outside the table."""
    if alg not in ALGORITHMS:
        raise UnfitKey("no such algorithm here")
    return ALGORITHMS[alg]
