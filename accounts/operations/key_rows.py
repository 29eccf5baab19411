"""How is a key stored, and which keys are there of an algorithm?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from accounts import sealing
from accounts.algorithms import PrivateKey
from accounts.jwk import public_jwk
from accounts.models import SigningKey
from accounts.private_keys import algorithm_of, to_pem
from audit.actions import Action
from audit.models import instant
from audit.recording import Journal

KIND = "signing_key"
FIRST = "RS256"  # the algorithm that every ring begins with, and that every consumer takes


@dataclass(frozen=True, slots=True)
class Chain:
    """All keys of an algorithm, newest first; each but the first succeeds another."""

    rows: tuple[SigningKey, ...]

    @classmethod
    def of(cls, alg: str) -> "Chain":
        """Read the chain."""
        return cls(tuple(SigningKey.objects.filter(algorithm=alg).order_by("-signs_from", "kid")))

    @property
    def tail(self) -> SigningKey | None:
        """Return the key that nothing succeeds yet."""
        succeeded = {row.succeeds_id for row in self.rows}
        return next((row for row in self.rows if row.pk not in succeeded), None)

    @property
    def newest(self) -> SigningKey | None:
        """Return the key that signs last of all that are not revoked."""
        return next((row for row in self.rows if row.revoked_at is None), None)


def new_row(
    key: PrivateKey,
    *,
    published_at: datetime,
    signs_from: datetime,
    succeeds: SigningKey | None = None,
) -> SigningKey:
    """Describe a new key as a row, its private half sealed. Raises UnfitKey."""
    alg = algorithm_of(key)
    jwk = public_jwk(key, alg)
    return SigningKey(
        kid=jwk["kid"],
        algorithm=alg,
        public_jwk=jwk,
        sealed_private=sealed(jwk["kid"], to_pem(key)),
        published_at=published_at,
        signs_from=signs_from,
        first_of=alg if succeeds is None else None,
        succeeds=succeeds,
    )


def sealed(kid: str, pem: bytes) -> bytes:
    """Seal the private half of a key, so that it opens for this kid alone."""
    return sealing.seal(pem, settings.CONTRACT.key_encryption_keys, bound_to=kid.encode())


def was_stored(row: SigningKey, journal: Journal) -> bool:
    """Store a new key, unless another machine stored the first one or the successor before."""
    SigningKey.objects.bulk_create([row], ignore_conflicts=True)
    # Two machines may import the same key; no two ever seal it alike.
    if not SigningKey.objects.filter(pk=row.pk, sealed_private=row.sealed_private).exists():
        return False
    context = {
        "alg": row.algorithm,
        "published_at": instant(row.published_at),
        "signs_from": instant(row.signs_from),
    }
    journal.record(Action.KEY_CREATED, target=(KIND, row.pk), context=context)
    return True


def at_once(at: datetime) -> datetime:
    """Return the instant from which every machine takes a key that need not wait.

    Dated back for the machines whose clocks are behind.
    """
    return at - timedelta(seconds=settings.CONTRACT.clock_skew_seconds)


def record_dates(
    row: SigningKey,
    journal: Journal,
    *,
    successor: str | None = None,
    **changes: tuple[datetime | None, datetime | None],
) -> None:
    """Note that a key's dates were moved, each from what it was to what it is."""
    told = {name: (_told(old), _told(new)) for name, (old, new) in changes.items()}
    context = {"alg": row.algorithm, "successor": successor}
    journal.record(Action.KEY_ROTATED, target=(KIND, row.pk), changes=told, context=context)


def _told(at: datetime | None) -> str | None:
    return None if at is None else instant(at)
