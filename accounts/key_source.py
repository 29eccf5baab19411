"""Which keys does somebody else publish now? Asked seldom, by one at a time, and remembered.

The keys live in this process alone. Time is the caller's: `at` is the instant of its request.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.errors import KeySourceUnavailable
from accounts.fetching import Fetched, FetchFailed, fetch
from wire.strict_json import NotStrictJson, loads

COOL_DOWN = timedelta(seconds=30)
STALE = timedelta(hours=24)
PATIENCE_SECONDS = 1.0
LARGEST = 100  # keys

log = logging.getLogger("taskflow.keys")


class UnfitKeySet(ValueError):
    """What came is not a set of keys. The message quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class KeySet:
    """What was published: the keys in the form their reader uses, their names, how long it holds.

    `kids` names all of them, those that may not be used too: asking again would not mend them.
    """

    content: dict[str, Any]
    kids: frozenset[str]
    lifetime: timedelta


class KeySource:
    """The last good set of one address.

    It is fetched anew at the end of its lifetime and for a `kid` that is not in it, but only
    COOL_DOWN after the last attempt, whatever became of that: so a storm of unknown names costs
    one request, and needs no memory that it could fill. When nothing good comes, the last good
    set serves on for STALE past its lifetime. A good set replaces the last even if it is empty:
    withdrawn keys are withdrawn.
    """

    def __init__(self, url: Callable[[], str], read: Callable[[Fetched], KeySet]) -> None:
        self._url, self._read = url, read
        self._flight = threading.Lock()
        self._held: tuple[KeySet, datetime] | None = None
        self._asked_at: datetime | None = None

    def keys(self, kid: str | None, at: datetime) -> KeySet:
        """Return the set to verify a token with that names this key.

        Whoever finds another one asking waits up to PATIENCE_SECONDS if what is here will not do,
        else not at all. Raises KeySourceUnavailable when no set was ever got, or none for too long.
        """
        held = self._usable(at)
        will_do = held is not None and (kid is None or kid in held.kids)
        if not (will_do and self._is_fresh(at)) and self._may_ask(at):
            self._ask_alone(at, patience=0 if will_do else PATIENCE_SECONDS)
            held = self._usable(at)
        if held is None:
            raise KeySourceUnavailable
        return held

    def _usable(self, at: datetime) -> KeySet | None:
        if self._held is None:
            return None
        keys, got_at = self._held
        return keys if at < got_at + keys.lifetime + STALE else None

    def _is_fresh(self, at: datetime) -> bool:
        return self._held is not None and at < self._held[1] + self._held[0].lifetime

    def _may_ask(self, at: datetime) -> bool:
        # By how far apart the two are: requests overtake each other, and clocks are set back.
        return self._asked_at is None or abs(at - self._asked_at) >= COOL_DOWN

    def _ask_alone(self, at: datetime, *, patience: float) -> None:
        if not self._flight.acquire(timeout=patience):
            return
        try:
            if self._may_ask(at):  # else somebody has, while this one waited
                self._ask(at)
        finally:
            self._flight.release()

    def _ask(self, at: datetime) -> None:
        try:
            self._held = self._read(fetch(self._url())), at
        except (FetchFailed, UnfitKeySet) as failure:
            log.warning("no keys from outside", extra={"url": self._url(), "reason": str(failure)})
        finally:
            self._asked_at = at


def json_object(fetched: Fetched) -> dict[str, Any]:
    """Return the JSON object that a document is. Raises UnfitKeySet."""
    try:
        value = loads(fetched.body)
    except NotStrictJson as error:
        raise UnfitKeySet(f"it is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise UnfitKeySet("it is not a JSON object")
    return value
