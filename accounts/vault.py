"""The key ring as this process knows it: read seldom, private halves parsed once."""

import logging
import threading
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.db import Error

from accounts import models, sealing
from accounts.keys import KeyRing, SigningKey
from accounts.windows import Windows

log = logging.getLogger("taskflow.keys")


class _Known(NamedTuple):
    """The last known ring, and until when it need not be read again."""

    ring: KeyRing | None
    stale_at: datetime | None


class Vault:
    """Holds the last known ring, so that keys outlive the database.

    A ring is read at most once in KEY_CACHE_SECONDS, by one thread; whoever comes meanwhile takes
    the last known one. Without the database that one goes on being served and verified with, and
    signs until it is blind: `Windows.earliest_signing` after it was read.
    """

    def __init__(self) -> None:
        self._reading = threading.Lock()
        self._known = _Known(None, None)
        self._forgotten = 0

    def ring(self, at: datetime) -> KeyRing:
        """Return the ring, at most KEY_CACHE_SECONDS old while the database answers.

        Raises a database error when it does not and no ring was ever read.
        """
        ring, stale_at = self._known
        if ring is None:
            return self.read(at)
        is_fresh = stale_at is not None and at < stale_at
        if is_fresh or not self._reading.acquire(blocking=False):
            return ring
        try:
            return self.read(at)
        finally:
            self._reading.release()

    def at_hand(self, at: datetime) -> KeyRing | None:
        """Return the ring, None when it has to be read."""
        ring, stale_at = self._known
        return ring if stale_at is not None and at < stale_at else None

    def forget(self) -> None:
        """Read the ring anew at the next call: a key was just made or changed here."""
        self._forgotten += 1
        self._known = _Known(self._known.ring, None)

    def read(self, at: datetime) -> KeyRing:
        """Read the ring now; the last known one when the database does not answer.

        Never waits for another thread: that one may be waiting for this one's connection.
        """
        forgotten = self._forgotten
        stale_at = at + timedelta(seconds=settings.CONTRACT.key_cache_seconds)
        ring = self._read(at)
        # What was forgotten while this reading went on may not be in it.
        self._known = _Known(ring, stale_at if forgotten == self._forgotten else None)
        return ring

    def _read(self, at: datetime) -> KeyRing:
        blind_from = Windows.of(settings.CONTRACT).earliest_signing(at)
        try:
            keys = [_load(row) for row in models.SigningKey.objects.all()]
        except Error as error:
            if self._known.ring is None:
                raise
            log.error("the last known key ring is used: %s", type(error).__name__)
            return self._known.ring
        return KeyRing(keys, blind_from=blind_from)


VAULT = Vault()


def _load(row: models.SigningKey) -> SigningKey:
    sealed = None if row.sealed_private is None else bytes(row.sealed_private)
    return SigningKey(
        kid=row.kid,
        alg=row.algorithm,
        dates=row.dates,
        jwk=row.public_jwk,
        private=None if sealed is None else _opened(row.kid, sealed),
    )


def _opened(kid: str, sealed: bytes) -> object | None:
    """Return the private half, None for one that no key at hand opens: it verifies still."""
    try:
        return _private(kid, sealed)
    except sealing.CannotUnseal:
        log.error("no key of KEY_ENCRYPTION_KEYS opens the private half of %s", kid)
        return None


@lru_cache(maxsize=32)
def _private(kid: str, sealed: bytes) -> object:
    # Parsing an RSA key costs a hundred signatures; it is done once per key and process.
    pem = sealing.unseal(sealed, settings.CONTRACT.key_encryption_keys, bound_to=kid.encode())
    return load_pem_private_key(pem, password=None)
