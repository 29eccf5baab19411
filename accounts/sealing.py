"""How do private keys rest in the database? Sealed with AES-256-GCM under keys from outside.

A sealed blob is: version (1 byte), name of the key (8), nonce (12), ciphertext with tag. Version
and name are authenticated with what the caller binds the blob to, so that a blob moved to another
row does not open. The keys of the environment are never used as they are: each purpose has its own
HKDF subkey (RFC 5869), sealing and naming too.
"""

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

KEY_BYTES = 32

_VERSION = b"\x01"
_NAME_BYTES = 8
_NONCE_BYTES = 12  # NIST SP 800-38D, section 8.2.2: random, far below 2^32 uses
_HEAD_BYTES = len(_VERSION) + _NAME_BYTES


class CannotUnseal(Exception):
    """The blob is damaged, bound to something else, or sealed with a key that is not here."""


def seal(plain: bytes, keys: Sequence[bytes], *, bound_to: bytes) -> bytes:
    """Seal under the first key. `bound_to` is not stored; unsealing asks for the same.

    Raises ValueError when there is no key or one is not 32 bytes.
    """
    _check(keys)
    head = _head(keys[0])
    nonce = os.urandom(_NONCE_BYTES)
    return head + nonce + _cipher(keys[0]).encrypt(nonce, plain, head + bound_to)


def unseal(blob: bytes | memoryview, keys: Sequence[bytes], *, bound_to: bytes) -> bytes:
    """Open with the key that the blob names. Raises CannotUnseal; ValueError as `seal`."""
    _check(keys)
    head, nonce, sealed = _parts(bytes(blob))
    for key in keys:
        if head == _head(key):
            try:
                return _cipher(key).decrypt(nonce, sealed, head + bound_to)
            except InvalidTag:
                continue  # two keys may bear one name, if only once in 2^64
    raise CannotUnseal("no key at hand opens this")


def sealed_with_first(blob: bytes | memoryview, keys: Sequence[bytes]) -> bool:
    """Tell whether the first key sealed this, in the present format: else it wants a re-wrap."""
    _check(keys)
    return blob[:_HEAD_BYTES] == _head(keys[0])


def derive(keys: Sequence[bytes], purpose: str) -> tuple[bytes, ...]:
    """Make a subkey of each key for one purpose, in order. Raises ValueError as `seal`.

    Subkeys of different purposes tell nothing of each other nor of the key.
    """
    _check(keys)
    return tuple(_subkey(key, f"for {purpose}", KEY_BYTES) for key in keys)


def _check(keys: Sequence[bytes]) -> None:
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise ValueError(f"one or more keys of {KEY_BYTES} bytes each are needed")


def _head(key: bytes) -> bytes:
    """Name the key without telling anything of it, so that it is found without trial."""
    return _VERSION + _subkey(key, "name", _NAME_BYTES)


def _parts(blob: bytes) -> tuple[bytes, bytes, bytes]:
    """Take a blob apart. Raises CannotUnseal when it is too short to be one."""
    if len(blob) < _HEAD_BYTES + _NONCE_BYTES:
        raise CannotUnseal("not a sealed blob")
    body = blob[_HEAD_BYTES:]
    return blob[:_HEAD_BYTES], body[:_NONCE_BYTES], body[_NONCE_BYTES:]


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(_subkey(key, "seal v1", KEY_BYTES))


def _subkey(key: bytes, label: str, length: int) -> bytes:
    """Expand only: the keys are uniform already (RFC 5869, section 3.3)."""
    info = b"taskflow " + label.encode()
    return HKDFExpand(algorithm=SHA256(), length=length, info=info).derive(key)
