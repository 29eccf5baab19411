"""How does everything stand? Read for the first page in a fixed number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.safestring import SafeString

from accounts.models import SigningKey
from accounts.timelines import timeline
from audit.models import Checkpoint, Entry
from console.charts import area, columns, stacked
from console.lately import DAYS, MOST_READ, SIGN_INS, Lately, lately
from console.walking import Walk, walked_back
from migrations_ops.models import Run
from tasks.counting import counted_by_status
from tasks.lifecycle import OPEN, Status
from tasks.models import Task
from wire.counting import MOST_COUNTED, counted, in_words

Row = TypeVar("Row", bound=Model)

SHOWN = 5
SOON = timedelta(minutes=15)


@dataclass(frozen=True)
class Course:
    """How the number of tasks in a status went."""

    status: Status
    now: str
    picture: SafeString


@dataclass(frozen=True)
class Flows:
    """How often something happened each day, and in all of them."""

    picture: SafeString
    totals: Mapping[str, int]


@dataclass(frozen=True)
class Glance:
    """What the first page shows."""

    at: datetime
    counts: Mapping[Status, str]
    open_tasks: SafeString
    walk: Walk
    courses: Sequence[Course]
    waiting: Sequence[Task]
    lapsing: Sequence[Task]
    throughput: Flows
    sign_ins: Flows
    reach: date | None
    most_read: int
    checkpoint: Checkpoint | None
    unsealed: str
    keys: SafeString
    runs: Sequence[Run]

    @property
    def by_day(self) -> Sequence[tuple[date, Sequence[int | None]]]:
        """The walk as the rows of a table, today first."""
        rows = zip(*self.walk.series.values(), strict=True)
        return list(zip(self.walk.days, rows, strict=True))[::-1]


def overview(at: datetime) -> Glance:
    """Return how everything stands."""
    counts, late, checkpoint = counted_by_status(), lately(at), Checkpoint.objects.newest()
    told = {status: in_words(counts.get(status, 0)) for status in Status}
    unfinished = {status.value: counts.get(status, 0) for status in Status if status in OPEN}
    return Glance(
        at=at,
        counts=told,
        open_tasks=stacked(unfinished, "Open tasks by status"),
        waiting=first(Task.objects.filter(status=Status.PENDING, assigned_to=None).order_by("pk")),
        lapsing=first(
            Task.objects.filter(lease_expires_at__lt=at + SOON).order_by("lease_expires_at")
        ),
        **_courses(counts, told, late),
        throughput=_flows(late, "Tasks created and completed", {
            "created": late.made(), "completed": late.came_to(Status.COMPLETED)
        }),
        sign_ins=_flows(late, "Tokens issued and refusals", {
            name: late.a_day(action) for name, action in SIGN_INS.items()
        }),
        reach=late.reach if late.unread else None,
        most_read=MOST_READ,
        checkpoint=checkpoint,
        unsealed=in_words(_unsealed(checkpoint)),
        keys=timeline(first(SigningKey.objects.order_by("-signs_from")), at),
        runs=first(Run.objects.order_by("-started_at")),
    )  # fmt: skip


def first(rows: QuerySet[Row]) -> Sequence[Row]:
    """Return the first few rows."""
    return list(rows[:SHOWN])


def _flows(late: Lately, words: str, series: Mapping[str, Sequence[int]]) -> Flows:
    totals = {name: sum(values) for name, values in series.items()}
    return Flows(columns(series, late.days, f"{words} a day, {DAYS} days", late.unread), totals)


def _courses(counts: Mapping[str, int], told: Mapping[Status, str], late: Lately) -> dict[str, Any]:
    walk = walked_back(
        counts, late.moves(), days=late.days, reach=late.reach, most_counted=MOST_COUNTED
    )
    return {"walk": walk, "courses": [_course(walk, each, told[each]) for each in Status]}


def _course(walk: Walk, status: Status, now: str) -> Course:
    values = walk.series[status]
    known = [value for value in values if value is not None]
    words = f"{status}, {now} now; "
    words += (
        f"{known[-1] - known[0]:+,} since {walk.begins}"
        if status in walk.relative
        else f"{known[0]:,} on {walk.begins}, between {min(known):,} and {max(known):,} since"
    )
    return Course(status, now, area(status, values, words))


def _unsealed(checkpoint: Checkpoint | None) -> int:
    """Return how many entries came since, as far as that is worth counting."""
    after = Entry.objects.all() if checkpoint is None else Entry.objects.filter(
        occurred_at__gt=checkpoint.time
    )  # fmt: skip
    return counted(after)
