"""How does one key take over from another while everybody goes on verifying?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from accounts.algorithms import PrivateKey
from accounts.key_errors import KeysChanged, NoKeyToRemove, RotationNotDue, RotationUnderWay
from accounts.models import Audience, SigningKey
from accounts.operations.key_rows import (
    FIRST,
    KIND,
    Chain,
    new_row,
    record_dates,
    was_stored,
)
from accounts.operations.key_windows import settled_windows
from accounts.private_keys import algorithm_of
from accounts.vault import VAULT
from accounts.windows import Succession
from audit.actions import Action
from audit.recording import Journal


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation set in motion: who takes over, from whom, and when."""

    alg: str
    kid: str
    retiring: str | None
    dates: Succession


def algorithms() -> list[str]:
    """Return the algorithms in use: RS256 and whatever the audiences ask for."""
    asked = Audience.objects.values_list("algorithm", flat=True).distinct()
    return sorted({FIRST, *asked}, key=lambda alg: (alg != FIRST, alg))


def due_at(alg: str) -> datetime | None:
    """Return when the algorithm's next rotation is due, None when no key of it lives."""
    newest = Chain.of(alg).newest
    return None if newest is None else _due_at(newest)


def check_due(alg: str, at: datetime, *, early: bool = False) -> None:
    """Raise RotationNotDue or RotationUnderWay when there is nothing to rotate now.

    To be asked before a key is made for `rotate`, which asks again.
    """
    _check_due(Chain.of(alg).newest, at, early=early)


def rotate(
    key: PrivateKey,
    *,
    journal: Journal,
    early: bool = False,
    signs_from: datetime | None = None,
    removed_at: datetime | None = None,
) -> Rotation:
    """Publish a key as its algorithm's next signer and date its predecessor's end.

    The dates are the earliest that leave no consumer behind, or later ones that are wished.
    `early` rotates before KEY_ROTATION_DAYS are over; a successor that waits already is never
    doubled. Raises RotationNotDue, RotationUnderWay, TooEarly, KeysChanged.
    """
    windows, chain = settled_windows(), Chain.of(algorithm_of(key))
    predecessor = chain.newest
    _check_due(predecessor, journal.at, early=early)
    dates = windows.succession(journal.at, signs_from=signs_from, removed_at=removed_at)
    row = new_row(
        key, published_at=dates.published_at, signs_from=dates.signs_from, succeeds=chain.tail
    )
    if not was_stored(row, journal):
        _check_due(Chain.of(row.algorithm).newest, journal.at)  # names the one who came first
        raise KeysChanged
    if predecessor is not None:
        _retire(predecessor, row, dates, journal)
    VAULT.forget()
    return Rotation(row.algorithm, row.kid, None if predecessor is None else predecessor.kid, dates)


def remove_expired(journal: Journal) -> list[str]:
    """Drop the private halves of keys whose removal date has passed; returns their kids.

    The rows stay, for what was signed with them. Raises NoKeyToRemove.
    """
    expired = SigningKey.objects.filter(removed_at__lte=journal.at, sealed_private__isnull=False)
    removed = [kid for kid in list(expired.values_list("pk", flat=True)) if _drop(kid)]
    for kid in removed:
        journal.record(Action.KEY_REMOVED, target=(KIND, kid))
    if not removed:
        raise NoKeyToRemove
    return removed


def _due_at(newest: SigningKey) -> datetime:
    return newest.signs_from + timedelta(days=settings.CONTRACT.key_rotation_days)


def _check_due(newest: SigningKey | None, at: datetime, *, early: bool = False) -> None:
    if newest is None:
        return
    if newest.signs_from > at:
        raise RotationUnderWay(alg=newest.algorithm, kid=newest.kid, signs_from=newest.signs_from)
    due = _due_at(newest)
    if at < due and not early:
        raise RotationNotDue(alg=newest.algorithm, due_at=due)


def _retire(old: SigningKey, new: SigningKey, dates: Succession, journal: Journal) -> None:
    """Date the predecessor's end, unless it was revoked or retired since it was read."""
    moved = SigningKey.objects.filter(
        pk=old.pk, revoked_at=None, retires_at=old.retires_at, removed_at=old.removed_at
    ).update(retires_at=dates.signs_from, removed_at=dates.removed_at)
    if not moved:
        raise KeysChanged
    record_dates(
        old,
        journal,
        successor=new.pk,
        retires_at=(old.retires_at, dates.signs_from),
        removed_at=(old.removed_at, dates.removed_at),
    )


def _drop(kid: str) -> bool:
    held = SigningKey.objects.filter(pk=kid, sealed_private__isnull=False)
    return bool(held.update(sealed_private=None))
