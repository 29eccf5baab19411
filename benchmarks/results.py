"""What one run found, and the ratios in it."""

import json
import statistics
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.load import Outcome
from benchmarks.measuring import Cell
from benchmarks.starting import Start


class NotMeasured(Exception):
    """A ratio needs what this run did not measure."""


@dataclass
class Results:
    """Everything of one run."""

    about: dict[str, Any]
    cells: list[Cell] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)
    limits: dict[str, float] = field(default_factory=dict)

    def ratio(self, loads: Iterable[str], peer: str, figure: Callable[[Outcome], float]) -> float:
        """Return the median over rounds of ours to the peer's. Raises NotMeasured."""
        found = [
            figure(ours) / figure(theirs)
            for load in loads
            for number in sorted({cell.round for cell in self.cells})
            if (ours := self._outcome("taskflow", load, number)) is not None
            and (theirs := self._outcome(peer, load, number)) is not None
        ]
        return _median(found)

    def rate(self, loads: Iterable[str], service: str = "taskflow") -> float:
        """Return the median rate of a service over loads and rounds. Raises NotMeasured."""
        return self.median(loads, service, lambda outcome: outcome.per_second)

    def median(
        self, loads: Iterable[str], service: str, figure: Callable[[Outcome], float]
    ) -> float:
        """Return the median of a figure over loads and rounds. Raises NotMeasured."""
        wanted = set(loads)
        return _median([
            figure(cell.outcome)
            for cell in self.cells
            if cell.service == service and cell.load in wanted and cell.outcome is not None
        ])  # fmt: skip

    def services(self) -> list[str]:
        """Return who was measured, in order."""
        return list(dict.fromkeys(cell.service for cell in self.cells))

    def start(self, service: str) -> Start:
        """Return the median start of a service, by its seconds. Raises NotMeasured."""
        found = sorted((s for s in self.starts if s.service == service), key=lambda s: s.seconds)
        if not found:
            raise NotMeasured
        return found[len(found) // 2]

    def start_ratio(self, peer: str, figure: Callable[[Start], float]) -> float:
        """Return our median start to a peer's. Raises NotMeasured."""
        return figure(self.start("taskflow")) / figure(self.start(peer))

    def as_json(self) -> str:
        """Return the whole run as JSON."""
        return json.dumps(asdict(self), indent=1) + "\n"

    def _outcome(self, service: str, load: str, number: int) -> Outcome | None:
        return next(
            (
                cell.outcome
                for cell in self.cells
                if (cell.service, cell.load, cell.round) == (service, load, number)
            ),
            None,
        )


def _median(found: list[float]) -> float:
    if not found:
        raise NotMeasured
    return statistics.median(found)
