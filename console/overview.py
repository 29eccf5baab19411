"""How does everything stand? Read for the first page in a fixed number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db.models import Count, Max, Model, QuerySet
from django.db.models.functions import TruncDate
from django.utils.safestring import SafeString

from accounts.models import SigningKey
from accounts.timelines import timeline
from audit.actions import Action
from audit.models import Checkpoint, Entry
from console.charts import columns, stacked
from migrations_ops.models import Run
from tasks.counting import MOST_COUNTED, counted_by_status
from tasks.lifecycle import OPEN, Status
from tasks.models import Task

Row = TypeVar("Row", bound=Model)

DAYS = 30
# History is read from its end and no further: a glance must not cost more as years go by.
MOST_READ = 50_000
SHOWN = 5
SOON = timedelta(minutes=15)

BOARD = {"created": Action.TASK_CREATED, "completed": Action.TASK_COMPLETED}
SIGN_INS = {"tokens": Action.TOKEN_ISSUED, "refused": Action.SIGN_IN_FAILED,
            "denied": Action.ACCESS_DENIED}  # fmt: skip


@dataclass(frozen=True)
class Glance:
    """What the first page shows."""

    at: datetime
    counts: Mapping[str, str]
    open_tasks: SafeString
    waiting: Sequence[Task]
    lapsing: Sequence[Task]
    throughput: SafeString
    throughput_totals: Mapping[str, int]
    sign_ins: SafeString
    sign_in_totals: Mapping[str, int]
    is_partial: bool
    checkpoint: Checkpoint | None
    unsealed: str
    keys: SafeString
    runs: Sequence[Run]


def overview(at: datetime) -> Glance:
    """Return how everything stands."""
    counts = counted_by_status()
    newest = Entry.objects.aggregate(last=Max("pk"))["last"] or 0
    lately = _lately(at, newest)
    checkpoint = Checkpoint.objects.newest()
    days = [(at - timedelta(days=back)).date() for back in range(DAYS - 1, -1, -1)]
    board, sign_ins = _series(BOARD, lately, days), _series(SIGN_INS, lately, days)
    return Glance(
        at=at,
        counts={status: _words(counts.get(status, 0)) for status in Status},
        open_tasks=stacked(
            {status: counts.get(status, 0) for status in Status if status in OPEN},
            "Open tasks by status",
        ),
        waiting=first(Task.objects.filter(status=Status.PENDING, assigned_to=None).order_by("pk")),
        lapsing=first(
            Task.objects.filter(lease_expires_at__lt=at + SOON).order_by("lease_expires_at")
        ),
        throughput=columns(board, days, f"Tasks created and completed a day, {DAYS} days"),
        throughput_totals={name: sum(values) for name, values in board.items()},
        sign_ins=columns(sign_ins, days, f"Tokens issued and refusals a day, {DAYS} days"),
        sign_in_totals={name: sum(values) for name, values in sign_ins.items()},
        is_partial=newest > MOST_READ,
        checkpoint=checkpoint,
        unsealed=_words(_unsealed(checkpoint)),
        keys=timeline(first(SigningKey.objects.order_by("-signs_from")), at),
        runs=first(Run.objects.order_by("-started_at")),
    )


def first(rows: QuerySet[Row]) -> Sequence[Row]:
    """Return the first few rows."""
    return list(rows[:SHOWN])


def _lately(at: datetime, newest: int) -> dict[tuple[date, str], int]:
    wanted = [action.value for action in (*BOARD.values(), *SIGN_INS.values())]
    recent = Entry.objects.filter(
        pk__gt=newest - MOST_READ, occurred_at__gte=at - timedelta(days=DAYS), action__in=wanted
    ).order_by()
    by_day = recent.annotate(day=TruncDate("occurred_at")).values_list("day", "action")
    return {(day, action): number for day, action, number in by_day.annotate(Count("pk"))}


def _series(
    actions: Mapping[str, Action], lately: Mapping[tuple[date, str], int], days: Sequence[date]
) -> dict[str, list[int]]:
    return {
        name: [lately.get((day, action.value), 0) for day in days]
        for name, action in actions.items()
    }


def _unsealed(checkpoint: Checkpoint | None) -> int:
    """Return how many entries came since, as far as that is worth counting."""
    after = Entry.objects.all() if checkpoint is None else Entry.objects.filter(
        occurred_at__gt=checkpoint.time
    )  # fmt: skip
    return after.values("pk")[: MOST_COUNTED + 1].count()


def _words(number: int) -> str:
    return f"{number:,}" if number <= MOST_COUNTED else f"more than {MOST_COUNTED:,}"
