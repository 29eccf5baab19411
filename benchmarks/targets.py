"""What is to be reached: each a ratio inside one run, with its floor and what would be fine."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.results import Results

TRANSITIONS = ("start", "progress", "complete")


@dataclass(frozen=True)
class Target:
    """One ratio. `at_most` says that less is better."""

    what: str
    floor: float
    ambitious: float
    ratio: Callable[[Results], float]
    at_most: bool = False

    def is_met(self, reached: float) -> bool:
        """Tell whether the floor is reached."""
        return reached <= self.floor if self.at_most else reached >= self.floor


def _rate(loads: tuple[str, ...], peer: str) -> Callable[[Results], float]:
    return lambda results: results.ratio(loads, peer, lambda outcome: outcome.per_second)


def _p99(loads: tuple[str, ...], peer: str) -> Callable[[Results], float]:
    return lambda results: results.ratio(loads, peer, lambda outcome: outcome.p99_ms)


def _cpu(loads: tuple[str, ...], peer: str) -> Callable[[Results], float]:
    return lambda results: 1 / results.ratio(loads, peer, lambda outcome: outcome.cpu_ms)


def _limit(loads: tuple[str, ...], name: str) -> Callable[[Results], float]:
    return lambda results: results.rate(loads) / results.limits[name]


TARGETS = (
    Target("start, progress, complete per second, of `tx`", 5, 8, _rate(TRANSITIONS, "tx")),
    Target("… of `seed`", 7, 11, _rate(TRANSITIONS, "seed")),
    Target("… of `bolt`", 2, 2, _rate(TRANSITIONS, "bolt")),
    Target("… of pgbench, one statement", 0.13, 0.2, _limit(TRANSITIONS, "transition")),
    Target("list of 50 per second, of `tx`", 4, 6.5, _rate(("list",), "tx")),
    Target("… of `bolt`", 1.3, 1.3, _rate(("list",), "bolt")),
    Target("… of pgbench", 0.1, 0.14, _limit(("list",), "list")),
    Target("get per second, of `tx`", 2.5, 4, _rate(("get",), "tx")),
    Target("… of `bolt`", 1.2, 1.2, _rate(("get",), "bolt")),
    Target("create per second, of `tx`", 4.4, 8, _rate(("create",), "tx")),
    Target("mint per second, of `tx`", 1.8, 2.2, _rate(("mint",), "tx")),
    Target("… of all cores' signatures", 0.27, 0.32, _limit(("mint",), "signatures")),
    Target("JWKS per second, of a static app", 0.55, 0.55, _rate(("jwks",), "static")),
    Target("… of `tx`", 1, 2.4, _rate(("jwks",), "tx")),
    Target("p99 of a transition, of `tx`", 0.2, 0.15, _p99(TRANSITIONS, "tx"), at_most=True),
    Target("p99 of a list, of `tx`", 0.2, 0.15, _p99(("list",), "tx"), at_most=True),
    Target("processor per transition: of `tx` by ours", 5.5, 9, _cpu(TRANSITIONS, "tx")),
    Target("processor per list: of `tx` by ours", 5.5, 9, _cpu(("list",), "tx")),
    Target("cold start to the first 200, of `tx`", 0.55, 0.5,
           lambda results: results.start_ratio("tx", lambda start: start.seconds), at_most=True),
    Target("first task after it, ms", 10, 10,
           lambda results: results.start("taskflow").first_task_ms, at_most=True),
    Target("peak memory of a worker, of `tx`", 0.75, 0.65,
           lambda results: results.start_ratio("tx", lambda one: one.peak_megabytes),
           at_most=True),
)  # fmt: skip
