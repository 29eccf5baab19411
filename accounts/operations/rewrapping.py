"""How do sealed keys move to another of KEY_ENCRYPTION_KEYS?"""

from dataclasses import dataclass

from django.conf import settings

from accounts import sealing
from accounts.key_errors import NoKeyToRewrap, PrivateHalfLost
from accounts.models import SigningKey
from accounts.operations.key_rows import KIND, sealed
from audit.actions import Action
from audit.recording import Journal


@dataclass(frozen=True, slots=True)
class Rewrapping:
    """Which private halves were sealed anew, and which no key at hand opens."""

    kids: tuple[str, ...]
    lost: tuple[str, ...]


def rewrap(journal: Journal) -> Rewrapping:
    """Seal every private half under the first of KEY_ENCRYPTION_KEYS.

    Safe to repeat and to run on several machines: each blob is replaced only as it was read.
    Raises NoKeyToRewrap, and PrivateHalfLost when none could be opened that had to be.
    """
    kids, lost = [], []
    for row in SigningKey.objects.filter(sealed_private__isnull=False).order_by("-signs_from"):
        old = bytes(row.sealed_private or b"")
        if sealing.sealed_with_first(old, settings.CONTRACT.key_encryption_keys):
            continue
        try:
            new = _sealed_anew(row.pk, old)
        except sealing.CannotUnseal:
            lost.append(row.pk)
            continue
        if SigningKey.objects.filter(pk=row.pk, sealed_private=old).update(sealed_private=new):
            kids.append(row.pk)
            journal.record(Action.KEY_REWRAPPED, target=(KIND, row.pk))
    if not kids:
        raise PrivateHalfLost(kids=", ".join(lost)) if lost else NoKeyToRewrap
    return Rewrapping(tuple(kids), tuple(lost))


def lost() -> list[str]:
    """Return the kids of keys that sign nothing, since no key at hand opens their private half."""
    held = SigningKey.objects.filter(sealed_private__isnull=False)
    return [row.pk for row in held if not _opens(row.pk, bytes(row.sealed_private or b""))]


def _opens(kid: str, blob: bytes) -> bool:
    try:
        return bool(_opened(kid, blob))
    except sealing.CannotUnseal:
        return False


def _sealed_anew(kid: str, blob: bytes) -> bytes:
    """Open a blob and seal what is in it. Raises CannotUnseal."""
    return sealed(kid, _opened(kid, blob))


def _opened(kid: str, blob: bytes) -> bytes:
    return sealing.unseal(blob, settings.CONTRACT.key_encryption_keys, bound_to=kid.encode())
