"""How long must each step in a key's life wait for those who do not see it yet? Pure.

A new key may sign when nobody holds a set without it any more; an old one may go when nothing that
it signed is honoured any more. `docs/adr` tells where each second comes from.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from accounts.key_errors import TooEarly


class Terms(Protocol):
    """What the contract says of keys and tokens, in seconds."""

    @property
    def jwks_max_age(self) -> int: ...
    @property
    def consumer_cache_seconds(self) -> int: ...
    @property
    def clock_skew_seconds(self) -> int: ...
    @property
    def access_token_seconds(self) -> int: ...
    @property
    def migration_token_seconds(self) -> int: ...
    @property
    def key_cache_seconds(self) -> int: ...
    @property
    def db_statement_timeout_seconds(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Succession:
    """The dates at which one key takes over from another, in whole seconds."""

    published_at: datetime
    signs_from: datetime
    """The successor begins to sign, and its predecessor retires."""
    removed_at: datetime
    """The predecessor is shown no longer, and vouches for nothing."""


@dataclass(frozen=True, slots=True)
class Windows:
    """How long others may hold what we published, in seconds.

    `jwks_max_age` is what we allow, `consumer_cache` the longest that a consumer keeps a set of
    its own accord, `skew` how far clocks may differ; `access_seconds` and `leeway` bound how long
    a signature is honoured. `spread` is how long until every process of ours knows what one of
    them stored: the ring's cache and the longest statement.
    """

    jwks_max_age: int
    consumer_cache: int
    skew: int
    access_seconds: int
    leeway: int
    spread: int = 0

    @classmethod
    def of(cls, terms: Terms, *, longest_declared: int = 0) -> "Windows":
        """Return the windows of this deployment.

        `longest_declared` is the longest cache that an audience declares. Without it the windows
        are the shortest that any machine of the deployment rotates by.
        """
        return cls(
            jwks_max_age=terms.jwks_max_age,
            consumer_cache=max(terms.consumer_cache_seconds, longest_declared),
            skew=terms.clock_skew_seconds,
            access_seconds=max(terms.access_token_seconds, terms.migration_token_seconds),
            leeway=terms.clock_skew_seconds,
            spread=terms.key_cache_seconds + terms.db_statement_timeout_seconds,
        )

    def earliest_signing(self, published_at: datetime) -> datetime:
        """Return when everybody has seen a key published then, whatever they cached."""
        wait = self.jwks_max_age + self.consumer_cache + self.skew + self.spread
        return published_at + timedelta(seconds=wait)

    def last_signature(self, retires_at: datetime) -> datetime:
        """Return until when a key that retires then may sign: clocks and readings lag behind."""
        return retires_at + timedelta(seconds=self.skew + self.spread)

    def earliest_removal(self, last_signature_at: datetime) -> datetime:
        """Return when nothing signed until then is honoured any more."""
        return last_signature_at + timedelta(seconds=self.access_seconds + self.leeway)

    def are_kept_by(self, dates: Succession) -> bool:
        """Tell whether a succession that other windows dated leaves nobody behind by these."""
        gone = self.earliest_removal(self.last_signature(dates.signs_from))
        return (
            dates.signs_from >= self.earliest_signing(dates.published_at)
            and dates.removed_at >= gone
        )

    def succession(
        self,
        at: datetime,
        *,
        signs_from: datetime | None = None,
        removed_at: datetime | None = None,
    ) -> Succession:
        """Return the dates of a rotation that begins now: the earliest unless others are wished.

        Raises TooEarly.
        """
        signs = _wished(signs_from, self.earliest_signing(at), step="A key published now may sign")
        last = self.last_signature(signs)
        gone = _wished(
            removed_at, self.earliest_removal(last), step="Its predecessor may be removed"
        )
        return Succession(published_at=at, signs_from=signs, removed_at=gone)


def _wished(wish: datetime | None, earliest: datetime, *, step: str) -> datetime:
    """Return the wish, else the earliest instant in whole seconds. Raises TooEarly."""
    allowed = _whole(earliest)
    if wish is not None and wish < allowed:
        raise TooEarly(step=step, earliest=allowed)
    return wish or allowed


def _whole(at: datetime) -> datetime:
    """Round up to a second, so that the time a refusal names is allowed."""
    return at.replace(microsecond=0) + timedelta(seconds=1 if at.microsecond else 0)
