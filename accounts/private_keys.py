"""Which private keys may sign for us, and how are they made and written down?"""

from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from accounts.algorithms import SERVED_BY_KIND, PrivateKey, UnfitKey
from accounts.jwk import judge, public_jwk

RSA_BITS = 3072  # 128-bit strength (NIST SP 800-57 part 1, table 2)

_KINDS_BY_CURVE = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


def generate(alg: str) -> PrivateKey:
    """Make a key for RS256, ES256 or EdDSA. Raises UnfitKey for any other algorithm."""
    match alg:
        case "RS256":
            return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
        case "EdDSA":
            return ed25519.Ed25519PrivateKey.generate()
    raise UnfitKey("no keys are made for this algorithm")


def load_pem(pem: bytes) -> PrivateKey:
    """Read an unencrypted private key in PEM that may sign. Raises UnfitKey.

    What the set of another issuer could not hold, ours may not either: the public half is judged
    by the same rules. RSA of 2048 to 3071 bits passes; whoever imports it should warn.
    """
    return _fit(serialization.load_pem_private_key, pem)


def load_der(der: bytes) -> PrivateKey:
    """Read what `to_der` wrote. Raises UnfitKey, as `load_pem`."""
    return _fit(serialization.load_der_private_key, der)


def to_pem(key: PrivateKey) -> bytes:
    """Write a private key as unencrypted PKCS #8 in PEM, for a file."""
    return _written(key, serialization.Encoding.PEM)


def to_der(key: PrivateKey) -> bytes:
    """Write a private key as unencrypted PKCS #8 in DER, only ever to be sealed."""
    return _written(key, serialization.Encoding.DER)


def algorithm_of(key: PrivateKey) -> str:
    """Name the algorithm that a key serves unless it is told otherwise. Raises UnfitKey."""
    match key:
        case rsa.RSAPrivateKey():
            return SERVED_BY_KIND["RSA"]
        case ed25519.Ed25519PrivateKey():
            return SERVED_BY_KIND["Ed25519"]
        case ec.EllipticCurvePrivateKey() if key.curve.name in _KINDS_BY_CURVE:
            return SERVED_BY_KIND[_KINDS_BY_CURVE[key.curve.name]]
    raise UnfitKey("no algorithm here takes this curve")


def _fit(read: Callable[[bytes, None], object], data: bytes) -> PrivateKey:
    try:
        key = read(data, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # TypeError is how `cryptography` says that the key is encrypted. Its messages may
        # describe the key, so neither they nor the cause go further.
        raise UnfitKey("not an unencrypted private key") from None
    if not isinstance(key, PrivateKey):
        raise UnfitKey("not a key that can sign here")
    judge(public_jwk(key, algorithm_of(key)))
    return key


def _written(key: PrivateKey, encoding: serialization.Encoding) -> bytes:
    return key.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
