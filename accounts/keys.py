"""Which key signs, which are published, and when may that change? A key's life is told by dates.

Values only: `operations` writes the dates, the database holds their order. Consumers cache the
published set, so a key is published long before it signs, and stays long after.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class NoSigner(Exception):
    """No key may sign with this algorithm at this instant."""


class DatesOutOfOrder(ValueError):
    """A key's dates do not follow each other."""


class KeyState(StrEnum):
    """Where in its life a key stands."""

    NEXT = "next"
    SIGNING = "signing"
    RETIRED = "retired"
    REMOVED = "removed"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class KeyDates:
    """The life of a key: published, signing, retired, removed; revoked cuts it short.

    Raises DatesOutOfOrder.
    """

    published_at: datetime
    signs_from: datetime
    retires_at: datetime | None = None
    removed_at: datetime | None = None
    revoked_at: datetime | None = None

    def __post_init__(self) -> None:
        known = [date for date in self._course() if date is not None]
        if known != sorted(known):
            raise DatesOutOfOrder("a key is published, signs, retires, is removed: in this order")

    def state(self, at: datetime) -> KeyState:
        """Name where the key stands: the last of its dates that was reached."""
        ends = (
            (self.revoked_at, KeyState.REVOKED),
            (self.removed_at, KeyState.REMOVED),
            (self.retires_at, KeyState.RETIRED),
            (self.signs_from, KeyState.SIGNING),
        )
        return next((state for date, state in ends if _reached(date, at)), KeyState.NEXT)

    def _course(self) -> tuple[datetime | None, ...]:
        return self.published_at, self.signs_from, self.retires_at, self.removed_at


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key of ours. `private` is a loaded key object, or None where it only verifies."""

    kid: str
    alg: str
    dates: KeyDates
    jwk: Mapping[str, str] = field(repr=False, compare=False)
    private: object | None = field(default=None, repr=False, compare=False)

    def is_trusted(self, at: datetime) -> bool:
        """Tell whether a signature of this key counts."""
        return not _reached(self.dates.removed_at, at) and not _reached(self.dates.revoked_at, at)

    def is_published(self, at: datetime) -> bool:
        """Tell whether consumers are shown this key."""
        return self.is_trusted(at) and self.dates.published_at <= at

    def may_sign(self, at: datetime) -> bool:
        """Tell whether this key may make a signature."""
        return (
            self.private is not None
            and self.is_published(at)
            and self.dates.signs_from <= at
            and not _reached(self.dates.retires_at, at)
        )


class KeyRing:
    """All keys of the issuer, as of one reading.

    `blind_from` is when a key made since that reading could sign: from then on this ring neither
    vouches for a signer nor lets its set be cached. A ring without it never goes blind.
    """

    def __init__(self, keys: Iterable[SigningKey], *, blind_from: datetime | None = None) -> None:
        self._keys = tuple(sorted(keys, key=lambda key: (key.dates.signs_from, key.kid)))
        self._blind_from = blind_from

    def published(self, at: datetime) -> tuple[SigningKey, ...]:
        """Return the keys that consumers are shown, in a stable order."""
        return tuple(key for key in self._keys if key.is_published(at))

    def trusted(self, at: datetime) -> tuple[SigningKey, ...]:
        """Return the keys that we verify with: neither removed nor revoked.

        Not the same as published: another machine whose clock runs ahead may already sign with a
        first key that by our clock is published in a moment.
        """
        return tuple(key for key in self._keys if key.is_trusted(at))

    def history(self, at: datetime) -> tuple[SigningKey, ...]:
        """Return every key that consumers were ever shown, the removed and revoked ones too."""
        return tuple(key for key in self._keys if key.dates.published_at <= at)

    def signer(self, at: datetime, alg: str = "RS256") -> SigningKey:
        """Return the newest key that may sign. Raises NoSigner.

        A blind ring has none: its signer may have retired without the ring knowing, and what it
        signed would outlive its place in the published set.
        """
        able = [key for key in self._keys if key.alg == alg and key.may_sign(at)]
        if not able or _reached(self._blind_from, at):
            raise NoSigner(f"no key may sign with {alg}")
        return able[-1]

    def knows(self, alg: str) -> bool:
        """Tell whether there ever was a key of the algorithm."""
        return any(key.alg == alg for key in self._keys)

    def dates(self, alg: str) -> list[KeyDates]:
        """Return the lives of all keys of the algorithm."""
        return [key.dates for key in self._keys if key.alg == alg]

    def signs_next(self, at: datetime, alg: str) -> datetime | None:
        """Return when the next key of the algorithm begins to sign, None when none waits."""
        waiting = [key for key in self._keys if key.alg == alg and key.is_trusted(at)]
        dates = [key.dates.signs_from for key in waiting if key.private is not None]
        return min((date for date in dates if date > at), default=None)

    def jwks(self, at: datetime) -> dict[str, list[dict[str, str]]]:
        """Return the public JWK Set (RFC 7517, section 5)."""
        return {"keys": [dict(key.jwk) for key in self.published(at)]}

    def max_age(self, at: datetime, ceiling: int, *, skew: int = 0) -> int:
        """Return for how many seconds the set of this instant may be cached, 0 to `ceiling`.

        A consumer holds the set until `at + max_age`. It must let go, `skew` seconds early, before
        a key signs that is not in the set. That can be a key of this ring published later (its
        `signs_from` is known); the successor of the set's last signer (not before that retires);
        or a key made since the ring was read, at `blind_from` at the earliest. While the ring is
        fresh that lies beyond the ceiling; on the last known ring of a long outage it brings the
        age down to 0. No promise covers a key that skips the windows in an emergency.
        """
        limits = [*self._signing_unseen(at), *self._last_retirement(at)]
        if self._blind_from is not None:
            limits.append(self._blind_from)
        ages = [(limit - at).total_seconds() - skew for limit in limits]
        return int(max(0, min([ceiling, *ages])))

    def _signing_unseen(self, at: datetime) -> list[datetime]:
        return [
            key.dates.signs_from
            for key in self._keys
            if at < key.dates.published_at and key.is_trusted(key.dates.signs_from)
        ]

    def _last_retirement(self, at: datetime) -> list[datetime]:
        """Return when the last published key stops signing: nothing if one has no end."""
        ends = [key.dates.retires_at for key in self.published(at)]
        known = [end for end in ends if end is not None]
        return [max(known, default=at)] if len(known) == len(ends) else []


def _reached(date: datetime | None, at: datetime) -> bool:
    return date is not None and date <= at
