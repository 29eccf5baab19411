"""Rounds in which every service answers every load in turn, so that drift hits all alike."""

import json
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from benchmarks.load import Load, Outcome, Told, Unusable, run
from benchmarks.place import Place
from benchmarks.processes import Running, running
from benchmarks.scenarios import FORM, LOADS, TOKEN_FORM, numbers
from benchmarks.services import WORKERS, Service

WARM_UP_SECONDS = 1


@dataclass(frozen=True)
class Cell:
    """One load on one service in one round; without an outcome the reason is told."""

    service: str
    load: str
    round: int
    outcome: Outcome | None
    reason: str = ""


class Rounds:
    """The rounds of one run."""

    def __init__(self, place: Place, *, seconds: float, say: Callable[[str], None]) -> None:
        self.place, self.seconds, self.say = place, seconds, say
        self._used: Counter[tuple[str, str]] = Counter()

    def play(self, services: Iterable[Service], loads: Sequence[Load], number: int) -> list[Cell]:
        """Measure each service once."""
        cells = []
        for service in services:
            self.say(f"round {number}: {service.name}")
            environment = service.environment(self.place)
            with running(service.command_for(WORKERS), environment) as server:
                cells += [self._cell(service, load, server, number) for load in loads]
        return cells

    def _cell(self, service: Service, load: Load, server: Running, number: int) -> Cell:
        if not service.has_schema and load.name != "jwks":
            return Cell(service.name, load.name, number, None, "does nothing of the kind")
        try:
            outcome = self._measure(service, load, server)
        except (Unusable, IndexError) as reason:
            self.say(f"  {load.name}: {reason}")
            return Cell(service.name, load.name, number, None, str(reason))
        self.say(
            f"  {load.name:9}{outcome.per_second:8.0f}/s {outcome.cpu_ms:8.3f} ms of processor"
            f" {outcome.p99_ms:8.1f} ms p99"
        )
        return Cell(service.name, load.name, number, outcome)

    def _measure(self, service: Service, load: Load, server: Running) -> Outcome:
        credential = self.place.credential
        token = token_from(server, credential) if load.is_signed_in else ""
        if load.body == TOKEN_FORM:
            load = replace(load, body=TOKEN_FORM.format(**credential))
        self._send(service, load, server, token, WARM_UP_SECONDS)
        before = server.cpu_seconds()
        told = self._send(service, load, server, token, self.seconds)
        spent = server.cpu_seconds() - before
        return Outcome(
            per_second=told.requests / told.seconds,
            p50_ms=told.p50_ms,
            p99_ms=told.p99_ms,
            cpu_ms=spent * 1000 / told.requests,
            requests=told.requests,
        )

    def _send(
        self, service: Service, load: Load, server: Running, token: str, seconds: float
    ) -> Told:
        used = (service.name, load.name)
        where = numbers(load, self.place.shares, self._used[used])
        told = run(
            load, server.url, token=token, first=where.first, count=where.count, seconds=seconds
        )
        # Two threads stride past each other; what is in flight at the end counts as used too.
        self._used[used] += told.requests + 1_000
        return told


def token_from(server: Running, credential: dict[str, str]) -> str:
    """Return an access token of the server's own minting."""
    shown = {name: credential[name] for name in ("client_id", "client_secret")}
    form = urllib.parse.urlencode({"grant_type": "client_credentials", **shown}).encode()
    asked = urllib.request.Request(f"{server.url}/oauth/token", form, {"Content-Type": FORM})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        token: str = json.load(answer)["access_token"]
        return token


def loads_named(names: Iterable[str]) -> list[Load]:
    """Return the loads asked for, all when none is."""
    wanted = set(names)
    return [load for load in LOADS if not wanted or load.name in wanted]
