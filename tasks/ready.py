"""Which task comes next? A pending one, or one whose holder has let the lease lapse."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple, cast

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.query import ValuesListIterable

from accounts.principals import Principal
from tasks.models import Task
from tasks.rows import Priority, Standing, TaskRow
from tasks.sight import Sight, writable
from tasks.sql import HasOpenDependencies, IsPending
from wire.prepared import Question, Slot

IN_LINE = (F("priority").desc(), F("due_date").asc(nulls_last=True), F("id").asc())
NO_HURRY = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which of the ready tasks a caller is asking for: all, unless told otherwise."""

    project: str | None = None
    tags: Sequence[str] = ()
    priority_at_least: int | None = None

    def condition(self) -> Q:
        """Return what a task must be like."""
        named = {"project_slug": self.project, "priority__gte": self.priority_at_least}
        given = {name: value for name, value in named.items() if value is not None}
        return Q(*(Q(tags__has=tag) for tag in self.tags), **given)


ANYTHING = Wanted()


def is_ready(sight: Sight, at: datetime | Value) -> Q:
    """Return the condition of being there for the caller to claim."""
    return _is_open_to(sight) & (is_free(sight) | _has_lapsed(at))


def next_ready(wanted: Wanted, caller: Principal, at: datetime) -> TaskRow | None:
    """Return the first ready task in line, None when there is none."""
    return cast("TaskRow | None", _Asked(Sight.of(caller), at, wanted, taking=False).next())


def next_to_take(wanted: Wanted, caller: Principal, at: datetime) -> Standing | None:
    """Lock the first ready task in line that nobody else is taking, and return it likewise."""
    return cast("Standing | None", _Asked(Sight.of(caller), at, wanted, taking=True).next())


class SomeLapsed(Func):
    """Whether there is a task whose lease has lapsed: of the instant.

    The earliest end of all is compared, which is the first in its index. Asked whether one is
    before an instant, PostgreSQL takes that for likely until it knows the instant, and reads on.
    """

    template = (
        "(SELECT MIN(l.lease_expires_at) <= %(expressions)s FROM tasks_task l"
        " WHERE l.lease_expires_at IS NOT NULL)"
    )
    output_field = BooleanField()


class _Found(NamedTuple):
    task: TaskRow | Standing
    some_lapsed: bool


class _Asked(NamedTuple):
    """Who asks for which task, and when."""

    sight: Sight
    at: datetime
    wanted: Wanted
    taking: bool

    def next(self) -> TaskRow | Standing | None:
        """Return the first in line.

        Pending and lapsed tasks stand in an index each, and the two foremost are compared here:
        asked for both at once, the database would have to sort them all. Mostly no lease has
        lapsed, and the first answer tells so.
        """
        pending = self.first(lapsed=False)
        if pending is not None and not pending.some_lapsed:
            return pending.task
        lapsed = self.first(lapsed=True)
        return min((found.task for found in (pending, lapsed) if found), key=_place, default=None)

    def first(self, *, lapsed: bool) -> _Found | None:
        """Return the foremost, of the tasks that have lapsed or of those that are pending."""
        if self.wanted == ANYTHING:
            caller, member, sees_all = self.sight
            at = connection.ops.adapt_datetimefield_value(self.at)
            question = _question(sees_all, self.taking, lapsed)
            rows = question.ask(caller=caller, member=member, at=at)
        else:
            rows = list(_line(self.sight, self.at, self.wanted, self.taking, lapsed))
        for *values, some_lapsed in rows:
            made = Task.standings.kind.made if self.taking else Task.rows.kind.made
            return _Found(made(values), bool(some_lapsed))
        return None


@cache
def _question(sees_all: bool, taking: bool, lapsed: bool) -> Question:
    """Return what nearly every claim asks, put together once."""
    sight, at = Sight(Slot("caller"), Slot("member"), sees_all), Value(Slot("at"))
    return Question(lambda: _line(sight, at, ANYTHING, taking, lapsed))


def _line(
    sight: Sight, at: datetime | Value, wanted: Wanted, taking: bool, lapsed: bool
) -> QuerySet[Any]:
    """Return the foremost row, with whether any lease has lapsed at its end."""
    kind = _has_lapsed(at) if lapsed else is_free(sight)
    seen = Task.standings.seen_by(sight) if taking else Task.rows.seen_by(sight)
    tasks = seen.filter(wanted.condition(), _is_open_to(sight), kind)
    if taking:
        tasks = tasks.select_for_update(skip_locked=True, no_key=True)
    rows = tasks.annotate(some_lapsed=SomeLapsed(at)).order_by(*IN_LINE)[:1]
    rows._iterable_class = ValuesListIterable  # noqa: SLF001
    return rows


def _place(found: TaskRow | Standing) -> tuple[int, datetime, int]:
    """Return the place in line: what IN_LINE says, of a task that has been read."""
    task = found.task if isinstance(found, Standing) else found
    return Priority.CRITICAL - task.priority, task.due_date or NO_HURRY, task.id


def is_free(sight: Sight) -> Q:
    """Return the condition of being pending, and nobody's or the caller's."""
    nobodys_or_own = Q(assigned_to__isnull=True) | Q(assigned_to=Value(sight.caller))
    return Q(IsPending("status")) & nobodys_or_own


def _has_lapsed(at: datetime | Value) -> Q:
    """Only a task in progress has a lease: tasks.constraints."""
    return Q(lease_expires_at__lte=at)


def _is_open_to(sight: Sight) -> Q:
    """Viewers only look, and nobody begins before what has to come first."""
    return writable(sight) & ~Q(HasOpenDependencies("pk"))
