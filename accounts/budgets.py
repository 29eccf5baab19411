"""How many calls in how many seconds? Budgets, windows and leases of them. Pure: no Django."""

import ipaddress
from dataclasses import dataclass
from functools import lru_cache

SLICES = 20  # a process takes this part of what is left at a time
FINE = 100  # of what is counted by address, so that a small budget is counted call by call
NETWORK_BITS = 64  # of IPv6: whoever has one address of a network has all of it


class StoreAway(Exception):
    """What counts for all processes does not answer."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A budget of `limit` calls in `seconds`, under the name that clients read.

    A process takes one of so many `slices` of what is left, and spends it by itself; what has no
    slices is counted call by call. `skew` is by how many seconds clocks of processes may differ.
    """

    name: str
    limit: int
    seconds: int
    skew: int
    slices: int | None = SLICES

    def __str__(self) -> str:
        return f'"{self.name}";q={self.limit};w={self.seconds}'

    def slice_of(self, left: int) -> int:
        """Return how many calls to take at once when so many are left: ever fewer to the end."""
        return max(1, left // self.slices) if self.slices else 1

    @property
    def is_exact(self) -> bool:
        """Tell whether each call is asked for by itself, even of a whole budget."""
        return self.slice_of(self.limit) == 1

    def granted(self, used: int, asked: int) -> int:
        """Return how many of the calls asked for, which made it `used`, are within the limit."""
        return max(0, min(asked, self.limit - (used - asked)))

    def is_open(self, ends: int, now: int) -> bool:
        """Tell whether a window is the present one. One that ends later than it can is nobody's:
        a clock was wrong when it began, or the rate was another."""
        return now < ends <= self.latest_end(now)

    def latest_end(self, now: int) -> int:
        """Return when a window that is open now will have ended by any process's clock."""
        return now + self.seconds + self.skew


@dataclass(frozen=True, slots=True)
class Window:
    """What is counted for all processes: the calls taken, and when it ends (seconds since 1970)."""

    used: int
    ends: int


@dataclass(frozen=True, slots=True)
class Lease:
    """What one process knows of a window, and how many calls of it are its own to admit."""

    window: Window
    held: int

    def decides(self, policy: Policy, now: int) -> bool:
        """Tell whether nobody needs to be asked: some are held, or none are left."""
        is_settled = self.held > 0 or self.window.used >= policy.limit
        return is_settled and policy.is_open(self.window.ends, now)

    def joined(self, other: "Lease | None") -> "Lease":
        """Return this lease with what another thread has taken of the same window."""
        if other is None or other.window.ends != self.window.ends:
            return self
        used = max(self.window.used, other.window.used)
        return Lease(Window(used, self.window.ends), self.held + other.held)

    def spent(self) -> "Lease":
        """Return what is left after one call."""
        return Lease(self.window, max(0, self.held - 1))

    def left(self, policy: Policy) -> int:
        """Return how many calls may still be made, as far as this process knows."""
        return max(0, policy.limit - self.window.used) + self.held


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a call is within its budget, and what is to be announced of that."""

    policy: Policy
    admitted: bool
    left: int
    ends: int
    wait: int

    def __str__(self) -> str:
        return f'"{self.policy.name}";r={self.left};t={self.wait}'


@lru_cache(maxsize=1024)
def network_of(ip: str | None) -> str:
    """Return what counts as one caller without a credential: an IPv4 address, an IPv6 network."""
    if ip is None:
        return "unknown"
    address = ipaddress.ip_address(ip)
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), NETWORK_BITS), strict=False))
