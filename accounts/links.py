"""Which account is somebody of an outside provider? Remembered for a few seconds."""

import threading
from datetime import datetime, timedelta

from django.conf import settings

from accounts.identity_models import ExternalIdentity

LARGEST = 10_000


class Links:
    """Answers from memory for STANDING_CACHE_SECONDS, as the registry of standing does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], tuple[datetime, str | None]] = {}

    def handle(self, issuer: str, subject: str, at: datetime) -> str | None:
        """Return the handle linked to the identity, None for none. One query if not remembered."""
        known = self._known.get((issuer, subject))
        if known and known[0] > at:
            return known[1]
        linked = ExternalIdentity.objects.filter(issuer=issuer, subject=subject)
        handle = linked.values_list("account_id", flat=True).first()
        fresh_until = at + timedelta(seconds=settings.CONTRACT.standing_cache_seconds)
        with self._lock:
            if len(self._known) >= LARGEST:
                self._known.clear()
            self._known[issuer, subject] = (fresh_until, handle)
        return handle

    def forget(self) -> None:
        """Ask anew for everybody: a link was made or cut here just now."""
        with self._lock:
            self._known.clear()


LINKS = Links()
