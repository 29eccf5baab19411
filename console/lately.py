"""What happened on each of the last days? Read from the end of history, in one statement."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Exists, Max, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import NullIf, TruncDate

from audit.actions import Action
from audit.models import Archive, Entry
from console.walking import Moves
from tasks.lifecycle import STEPS

DAYS = 30
# History is read from its end and no further: a glance must not cost more as years go by.
MOST_READ = 50_000

MOVES = frozenset({Action.TASK_CREATED, Action.TASK_IMPORTED, Action.TASK_CLAIMED,
                   Action.TASK_DELETED, *(step.action for step in STEPS.values())})  # fmt: skip
SIGN_INS = {"tokens": Action.TOKEN_ISSUED, "refused": Action.SIGN_IN_FAILED,
            "denied": Action.ACCESS_DENIED}  # fmt: skip


class Happened(NamedTuple):
    """How often something was done on a day; `old` and `new` are the statuses of a task."""

    day: date
    action: str
    old: str | None
    new: str | None
    number: int


@dataclass(frozen=True)
class Lately:
    """The last days, today last. Before `reach` nothing was read, and of that day a part."""

    days: Sequence[date]
    reach: date
    happened: Sequence[Happened]

    @property
    def unread(self) -> int:
        """How many of the days are not known in whole."""
        return sum(day <= self.reach for day in self.days)

    def moves(self) -> Iterator[Moves]:
        """Yield the ways that tasks went."""
        for each in self.happened:
            if each.old != each.new:
                yield Moves(each.day, each.old, each.new, each.number)

    def a_day(self, action: Action) -> list[int]:
        """Return how often something was done on each day."""
        return self._summed(
            [(each.day, each.number) for each in self.happened if each.action == action]
        )

    def made(self) -> list[int]:
        """Return how many tasks came on each day."""
        return self._summed([(move.day, move.number) for move in self.moves() if not move.old])

    def came_to(self, status: str) -> list[int]:
        """Return how many tasks came to a status on each day."""
        return self._summed(
            [(move.day, move.number) for move in self.moves() if move.new == status]
        )

    def _summed(self, found: Sequence[tuple[date, int]]) -> list[int]:
        return [sum(number for day, number in found if day == one) for one in self.days]


def lately(at: datetime) -> Lately:
    """Read what happened up to an instant."""
    days = [(at - timedelta(days=back)).date() for back in range(DAYS - 1, -1, -1)]
    newest = Entry.objects.aggregate(last=Max("pk"))["last"] or 0
    read = Entry.objects.filter(pk__gt=newest - MOST_READ)
    found = read.filter(
        occurred_at__gte=at - timedelta(days=DAYS), action__in=[*MOVES, *SIGN_INS.values()]
    ).order_by()
    each = found.annotate(
        day=TruncDate("occurred_at"), old=_status("0"), new=_status("1")
    ).values_list("day", "action", "old", "new")
    return Lately(
        days=days,
        reach=_reach(newest) or days[0] - timedelta(days=1),
        happened=[Happened(*row) for row in each.annotate(Count("pk"))],
    )


def _status(side: str) -> NullIf:
    """Return the status before or after; SQLite spells JSON's null out."""
    return NullIf(KT(f"changes__status__{side}"), Value("null", TextField()))


def _reach(newest: int) -> date | None:
    """Return the day on which what is read begins, None where it is all there ever was."""
    oldest = Entry.objects.filter(pk__gt=newest - MOST_READ).order_by("pk")
    found = oldest.values_list("occurred_at", Exists(Archive.objects.all())).first()
    is_whole = found is None or (newest <= MOST_READ and not found[1])
    return None if is_whole or found is None else found[0].date()
