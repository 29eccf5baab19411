"""What if keys are kept for longer than a key that waits to sign reckoned with?

An audience that declares so is refused (`key_windows`). The environment can not be: it changes
with a deployment. So the succession under way is dated anew, by the windows of now.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.conf import settings

from accounts.key_errors import KeyChangeNotNeeded, KeysChanged
from accounts.keys import KeyDates, KeyRing
from accounts.models import SigningKey
from accounts.operations.first_keys import ISSUER
from accounts.operations.key_rows import Chain, record_dates
from accounts.operations.key_windows import settled_windows
from accounts.vault import VAULT
from accounts.windows import Succession, Windows
from audit.actors import Origin
from audit.recording import Journal, recording

_NEVER = datetime.max.replace(tzinfo=UTC)


def is_due(ring: KeyRing, at: datetime, alg: str) -> bool:
    """Tell, without a query, whether a key waits for less than the environment asks for now."""
    keys = ring.dates(alg)
    if not any(dates.signs_from > at for dates in keys):
        return False  # none waits, as nearly always
    return _is_overtaken(keys, at, Windows.of(settings.CONTRACT))


def postpone(alg: str, at: datetime) -> None:
    """Date the succession under way anew, in a recording of its own.

    Many may find it due at once: one of them dates it.
    """
    origin = Origin(request_id="postponed-key", release=settings.CONTRACT.release)
    try:
        with recording(actor=ISSUER, at=at, origin=origin) as journal:
            _postpone(alg, journal)
    except (KeyChangeNotNeeded, KeysChanged):
        return


def _is_overtaken(keys: Iterable[KeyDates], at: datetime, windows: Windows) -> bool:
    under_way = _under_way([dates for dates in keys if dates.revoked_at is None], at)
    if under_way is None or windows.are_kept_by(under_way):
        return False
    # Shortly before it signs, others may act by the dates that they have read: then it is too late.
    return windows.last_signature(at) < under_way.signs_from


def _under_way(keys: Iterable[KeyDates], at: datetime) -> Succession | None:
    waiting = next((dates for dates in keys if dates.signs_from > at), None)
    if waiting is None:
        return None
    ends = [dates.removed_at for dates in keys if dates.retires_at == waiting.signs_from]
    gone = min((end for end in ends if end is not None), default=_NEVER)
    return Succession(waiting.published_at, waiting.signs_from, gone)


def _postpone(alg: str, journal: Journal) -> None:
    windows, chain = settled_windows(), Chain.of(alg)
    new = chain.newest
    if new is None or not _is_overtaken((row.dates for row in chain.rows), journal.at, windows):
        raise KeyChangeNotNeeded
    signs_from = max(new.signs_from, windows.succession(new.published_at).signs_from)
    dates = windows.succession(new.published_at, signs_from=signs_from)
    # The newest row first, as every change of several keys takes them.
    as_read = SigningKey.objects.filter(pk=new.pk, revoked_at=None, signs_from=new.signs_from)
    if not as_read.update(signs_from=signs_from):
        raise KeysChanged
    record_dates(new, journal, signs_from=(new.signs_from, signs_from))
    for old in chain.rows:
        if old.retires_at == new.signs_from and old.revoked_at is None:
            _keep(old, dates, journal)
    VAULT.forget()


def _keep(old: SigningKey, dates: Succession, journal: Journal) -> None:
    """Let the predecessor go on until its successor signs."""
    gone = max(old.removed_at or dates.removed_at, dates.removed_at)
    as_read = SigningKey.objects.filter(
        pk=old.pk, revoked_at=None, retires_at=old.retires_at, removed_at=old.removed_at
    )
    if not as_read.update(retires_at=dates.signs_from, removed_at=gone):
        raise KeysChanged
    record_dates(
        old,
        journal,
        retires_at=(old.retires_at, dates.signs_from),
        removed_at=(old.removed_at, gone),
    )
