"""What happens when a key must go at once? The windows are skipped, and their price is told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from accounts.algorithms import PrivateKey
from accounts.key_errors import KeyRevokedBefore, KeysChanged, NoSuchKey
from accounts.keys import KeyState
from accounts.models import SigningKey
from accounts.operations.key_rows import (
    KIND,
    Chain,
    at_once,
    new_row,
    record_dates,
    was_stored,
)
from accounts.operations.key_windows import declared_windows
from accounts.private_keys import generate
from accounts.vault import VAULT
from audit.actions import Action
from audit.models import instant
from audit.recording import Journal


@dataclass(frozen=True, slots=True)
class Successor:
    """Who signs from now on; until `unknown_until` those who keep a set without it refuse it."""

    kid: str
    unknown_until: datetime


@dataclass(frozen=True, slots=True)
class Revocation:
    """What a revocation came to.

    Until `trusted_until` those who keep a set from before take what the key signed, forgeries too.
    """

    kid: str
    trusted_until: datetime
    successor: Successor | None


def revoke(
    kid: str,
    *,
    reason: str,
    journal: Journal,
    make: Callable[[str], PrivateKey] = generate,
) -> Revocation:
    """End a key now: it neither signs nor vouches nor is shown, and its private half is dropped.

    If it was the signer, the successor that waits signs at once, or else a new key; if it was the
    one that waits, the signer goes on. Raises NoSuchKey, KeyRevokedBefore, KeysChanged.
    """
    row = _living(kid)
    # Every change of several keys takes the newest row first, so that no two wait for each other.
    state = row.dates.state(journal.at)
    relief = _relieve(row, journal, make) if state is KeyState.SIGNING else None
    _end(row, journal)
    if state is KeyState.NEXT:
        _keep_predecessor(row, journal)
    revocation = _revocation(kid, relief, journal.at)
    journal.record(
        Action.KEY_REVOKED,
        target=(KIND, kid),
        changes={"revoked_at": (None, instant(journal.at))},
        context={"alg": row.algorithm, "reason": reason, **_told(revocation)},
    )
    VAULT.forget()
    return revocation


def _living(kid: str) -> SigningKey:
    row = SigningKey.objects.filter(pk=kid).first()
    if row is None:
        raise NoSuchKey(kid=kid)
    if row.revoked_at is not None:
        raise KeyRevokedBefore(kid=kid, revoked_at=row.revoked_at)
    return row


class _Relief(NamedTuple):
    """Who begins to sign because of a revocation, and since when consumers could see it."""

    kid: str
    seen_from: datetime


def _relieve(row: SigningKey, journal: Journal, make: Callable[[str], PrivateKey]) -> _Relief:
    """Let the key that waits sign at once, or else a new one."""
    chain = Chain.of(row.algorithm)
    if chain.newest is None or chain.newest.pk == row.pk:
        return _made_at_once(chain, make(row.algorithm), journal)
    return _begin_at_once(chain.newest, journal)


def _end(row: SigningKey, journal: Journal) -> None:
    as_read = SigningKey.objects.filter(pk=row.pk, revoked_at=None, signs_from=row.signs_from)
    if not as_read.update(revoked_at=journal.at, sealed_private=None):
        raise KeysChanged


def _keep_predecessor(waiting: SigningKey, journal: Journal) -> None:
    """Let the key that was to retire go on; there is none before a first key."""
    ends = SigningKey.objects.filter(
        algorithm=waiting.algorithm, retires_at=waiting.signs_from, revoked_at=None
    )
    for old in ends:
        if not ends.filter(pk=old.pk).update(retires_at=None, removed_at=None):
            raise KeysChanged
        record_dates(
            old, journal, retires_at=(old.retires_at, None), removed_at=(old.removed_at, None)
        )


def _begin_at_once(waiting: SigningKey, journal: Journal) -> _Relief:
    begins = min(waiting.signs_from, max(waiting.published_at, at_once(journal.at)))
    as_read = SigningKey.objects.filter(
        pk=waiting.pk, revoked_at=None, signs_from=waiting.signs_from
    )
    if not as_read.update(signs_from=begins):
        raise KeysChanged
    record_dates(waiting, journal, signs_from=(waiting.signs_from, begins))
    return _Relief(waiting.pk, seen_from=waiting.published_at)


def _made_at_once(chain: Chain, key: PrivateKey, journal: Journal) -> _Relief:
    born = at_once(journal.at)
    row = new_row(key, published_at=born, signs_from=born, succeeds=chain.tail)
    if not was_stored(row, journal):
        raise KeysChanged
    return _Relief(row.pk, seen_from=journal.at)


def _revocation(kid: str, relief: _Relief | None, at: datetime) -> Revocation:
    windows = declared_windows()
    successor = None
    if relief is not None:
        successor = Successor(relief.kid, windows.earliest_signing(relief.seen_from))
    return Revocation(kid, windows.earliest_signing(at), successor)


def _told(revocation: Revocation) -> dict[str, str]:
    """Return what the audit keeps of what stays open."""
    context = {"consumers_trust_until": instant(revocation.trusted_until)}
    if revocation.successor is not None:
        context["successor"] = revocation.successor.kid
        context["successor_unknown_until"] = instant(revocation.successor.unknown_until)
    return context
