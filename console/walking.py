"""How did the board stand on each of the last days? Today's counts, walked back over its moves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from tasks.lifecycle import Status


class Moves(NamedTuple):
    """How many tasks went from one status to another on a day; None: they came, or were deleted."""

    day: date
    old: str | None
    new: str | None
    number: int


@dataclass(frozen=True)
class Walk:
    """How many tasks stood in each status at the end of each day, today's end being now.

    None where history was not read so far back. Of a status in `relative` there are too many to
    count: its numbers are how many more or fewer there were than there are now.
    """

    days: Sequence[date]
    series: Mapping[Status, Sequence[int | None]]
    relative: frozenset[Status]
    is_estimate: bool

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing stood anywhere on any day."""
        stood = any(any(each) for each in self.series.values())
        return not (stood or self.relative or self.is_estimate)

    @property
    def begins(self) -> date:
        """The first day that is known; of today it always is."""
        known = zip(self.days, self.series[Status.PENDING], strict=True)
        return next(day for day, number in known if number is not None)


def walked_back(
    today: Mapping[str, int],
    moves: Iterable[Moves],
    *,
    days: Sequence[date],
    reach: date,
    most_counted: int,
) -> Walk:
    """Walk from today's counts to the first of the days, or to `reach`, the last that is known.

    It is an estimate where more tasks left a status than were ever in it: some came without an
    entry, or went without one.
    """
    relative = frozenset(status for status in Status if today.get(status, 0) > most_counted)
    stand = {status: 0 if status in relative else today.get(status, 0) for status in Status}
    gained = _gained(moves)
    known = []
    for day in reversed(days):
        known.append(dict(stand) if day >= reach else None)
        for status in Status:
            stand[status] -= gained.get((day, status), 0)
    known.reverse()
    least = {status: min(found[status] for found in known if found) for status in Status}
    series = {
        status: [None if found is None else _shown(found[status], status in relative)
                 for found in known]
        for status in Status
    }  # fmt: skip
    below = any(least[status] < 0 for status in Status if status not in relative)
    return Walk(days, series, relative, is_estimate=below)


def _gained(moves: Iterable[Moves]) -> dict[tuple[date, str], int]:
    """Return how many more tasks each status had after each day."""
    gained: dict[tuple[date, str], int] = {}
    for move in moves:
        for status, sign in ((move.old, -1), (move.new, 1)):
            if status is not None:
                place = (move.day, status)
                gained[place] = gained.get(place, 0) + sign * move.number
    return gained


def _shown(number: int, is_relative: bool) -> int:
    return number if is_relative else max(number, 0)
