"""How long do changes of the keys wait, given what the audiences declare?"""

from datetime import datetime

from django.conf import settings
from django.db.models import Max

from accounts.key_errors import TooEarly
from accounts.models import TASKFLOW, Audience, SigningKey
from accounts.windows import Windows


def declared_windows(*, at_least: int = 0) -> Windows:
    """Return the windows that the longest declared cache asks for, or one of so many seconds."""
    longest = Audience.objects.aggregate(longest=Max("jwks_cache_seconds"))["longest"]
    return Windows.of(settings.CONTRACT, longest_declared=max(longest or 0, at_least))


def settled_windows() -> Windows:
    """Return the same, and let nobody declare a longer cache before the transaction ends."""
    _hold()
    return declared_windows()


def check_cache(seconds: int, at: datetime) -> None:
    """Refuse a cache that a key which waits to sign did not reckon with. Raises TooEarly.

    From the moment that it signs, every set that is fetched has the key.
    """
    _hold()
    if seconds <= declared_windows().consumer_cache:
        return
    windows = declared_windows(at_least=seconds)
    waiting = SigningKey.objects.filter(signs_from__gt=at, revoked_at=None)
    hasty = [
        key.signs_from
        for key in waiting
        if key.signs_from < windows.earliest_signing(key.published_at)
    ]
    if hasty:
        raise TooEarly(step=f"A cache of {seconds} seconds may be declared", earliest=max(hasty))


def _hold() -> None:
    """Let one transaction at a time date a key or lengthen a cache: each looks at the other's."""
    list(Audience.objects.select_for_update(no_key=True).filter(pk=TASKFLOW))
