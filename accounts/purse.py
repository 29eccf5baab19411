"""May this call be admitted? Answered from what this process holds, else from the common count."""

import logging
import threading
from datetime import datetime
from typing import Protocol, cast

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string

from accounts.budgets import Lease, Policy, StoreAway, Verdict, Window

LARGEST = 10_000
PAUSE_SECONDS = 5

log = logging.getLogger("taskflow.throttle")
Key = tuple[str, str]


class Store(Protocol):
    """Where the calls of all processes are counted; each call of it is atomic."""

    def take(self, policy: Policy, key: str, asked: int, now: int) -> Window:
        """Count `asked` more calls in the present window, or begin one. Raises StoreAway."""
        ...

    def give_back(self, key: str, ends: int) -> None:
        """Count one call less, if its window is still there. Raises StoreAway."""
        ...

    def knows(self, key: str, now: int) -> bool:
        """Tell whether a window has begun and not ended. Raises StoreAway."""
        ...


class Purse:
    """Holds leases by budget and caller; never admits more than the store has granted.

    The store is named by its path; that of the settings unless told.
    """

    def __init__(self, store: str = "") -> None:
        self._named = store
        self._lock = threading.Lock()
        self._leases: dict[Key, Lease] = {}
        self._away_until = 0
        self._made: Store | None = None

    def spend(self, policy: Policy, caller: str, at: datetime) -> Verdict | None:
        """Take one call out of the caller's budget; None when the store is away.

        At most one statement, and none while a slice lasts or after the budget was used up.
        """
        now, key = int(at.timestamp()), (policy.name, caller)
        with self._lock:
            known = self._leases.get(key)
            if known is not None and known.decides(policy, now):
                return self._settle(key, known, policy, now)
        drawn = self._draw(policy, caller, known, now)
        if drawn is None:
            return None
        with self._lock:
            return self._settle(key, drawn.joined(self._leases.get(key)), policy, now)

    def give_back(self, verdict: Verdict, caller: str) -> None:
        """Put a call back that is not to count after all."""
        with self._lock:
            self._leases.pop((verdict.policy.name, caller), None)
        try:
            self._store.give_back(_stored_key(verdict.policy, caller), verdict.ends)
        except StoreAway:
            log.warning("throttles: a call could not be given back")

    def knows(self, policy: Policy, caller: str, at: datetime) -> bool:
        """Tell whether the caller has taken anything out of the present window."""
        try:
            return self._store.knows(_stored_key(policy, caller), int(at.timestamp()))
        except StoreAway:
            return False

    @property
    def _store(self) -> Store:
        if self._made is None:  # at the first call: connections do not outlive a fork
            self._made = cast("Store", import_string(self._named or settings.THROTTLE_STORE)())
        return self._made

    def _draw(self, policy: Policy, caller: str, known: Lease | None, now: int) -> Lease | None:
        if now < self._away_until:
            return None
        is_open = known is not None and policy.is_open(known.window.ends, now)
        used = known.window.used if known is not None and is_open else 0
        asked = policy.slice_of(policy.limit - used)
        try:
            window = self._store.take(policy, _stored_key(policy, caller), asked, now)
        except StoreAway:
            log.warning("throttles: nothing is counted, the store is away")
            self._away_until = now + PAUSE_SECONDS
            return None
        return Lease(window, policy.granted(window.used, asked))

    def _settle(self, key: Key, lease: Lease, policy: Policy, now: int) -> Verdict:
        """Spend one call of the lease; called with the lock held."""
        rest = lease.spent()
        if policy.is_exact and not rest.decides(policy, now):
            self._leases.pop(key, None)  # the next call asks anyway
        else:
            self._keep(key, rest, now)
        return Verdict(
            policy,
            admitted=lease.held > 0,
            left=rest.left(policy),
            ends=lease.window.ends,
            wait=lease.window.ends - now,
        )

    def _keep(self, key: Key, lease: Lease, now: int) -> None:
        if len(self._leases) >= LARGEST and key not in self._leases:
            living = {k: kept for k, kept in self._leases.items() if kept.window.ends > now}
            self._leases = living if len(living) < LARGEST else {}
        self._leases[key] = lease


PURSE = Purse()


def _stored_key(policy: Policy, caller: str) -> str:
    # Names are typed, passwords among them: nothing that could be read or guessed is stored.
    digest = salted_hmac("accounts.throttles", caller, algorithm="sha256").hexdigest()
    return f"{policy.name}:{digest[:32]}"
