"""The key ring as this process knows it: read seldom, private halves parsed once."""

import threading
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.db import DatabaseError

from accounts import models, sealing
from accounts.keys import KeyDates, KeyRing, SigningKey


class Vault:
    """Holds the last known ring, so that the JWKS outlives the database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ring: KeyRing | None = None
        self._stale_at: datetime | None = None

    def ring(self, at: datetime) -> KeyRing:
        """Return the ring, at most KEY_CACHE_SECONDS old while the database answers.

        Raises DatabaseError when it does not and no ring was ever read.
        """
        ring, stale_at = self._ring, self._stale_at
        if ring is not None and stale_at is not None and at < stale_at:
            return ring
        return self.read(at)

    def forget(self) -> None:
        """Read the ring anew at the next call: a key was just made or changed here."""
        self._stale_at = None

    def read(self, at: datetime) -> KeyRing:
        """Read the ring now; the last known one when the database does not answer."""
        with self._lock:
            try:
                ring = KeyRing(_load(row) for row in models.SigningKey.objects.all())
            except DatabaseError:
                if self._ring is None:
                    raise
                ring = self._ring
            self._ring = ring
            self._stale_at = at + timedelta(seconds=settings.CONTRACT.key_cache_seconds)
            return ring


VAULT = Vault()


def _load(row: models.SigningKey) -> SigningKey:
    sealed = None if row.sealed_private is None else bytes(row.sealed_private)
    return SigningKey(
        kid=row.kid,
        alg=row.algorithm,
        dates=KeyDates(
            published_at=row.published_at,
            signs_from=row.signs_from,
            retires_at=row.retires_at,
            removed_at=row.removed_at,
            revoked_at=row.revoked_at,
        ),
        jwk=row.public_jwk,
        private=None if sealed is None else _private(row.kid, sealed),
    )


@lru_cache(maxsize=32)
def _private(kid: str, sealed: bytes) -> object:
    # Parsing an RSA key costs a hundred signatures; it is done once per key and process.
    pem = sealing.unseal(sealed, settings.CONTRACT.key_encryption_keys, bound_to=kid.encode())
    return load_pem_private_key(pem, password=None)
