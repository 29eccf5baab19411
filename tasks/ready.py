"""Which task comes next? A pending one, or one whose holder has let the lease lapse."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from django.db.models import F, Q

from accounts.principals import Principal
from tasks.models import Task, TaskQuerySet
from tasks.rows import Priority, Standing
from tasks.sight import writable
from tasks.sql import HasOpenDependencies, IsPending

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


def is_ready(principal: Principal, at: datetime) -> Q:
    """Return the condition of being there for the caller to claim."""
    return _is_open_to(principal) & (_is_free(principal) | _has_lapsed(at))


def next_ready(
    wanted: Wanted, caller: Principal, at: datetime, *, taking: bool = False
) -> Standing | None:
    """Return the first ready task in line, None when there is none.

    A task that is to be taken is locked, and those that others are taking are passed over.
    Pending and lapsed tasks stand in an index each, and the two foremost are compared here: asked
    for both at once, the database would have to sort them all.
    """
    tasks = Task.standings.visible_to(caller).filter(wanted.condition(), _is_open_to(caller))
    if taking:
        tasks = tasks.select_for_update(skip_locked=True, no_key=True)
    kinds = [_is_free(caller), *_worth_asking(_has_lapsed(at))]
    foremost = [found for kind in kinds for found in _first(tasks.filter(kind))]
    return min(foremost, key=_place, default=None)


def _first(tasks: TaskQuerySet) -> list[Standing]:
    return cast("list[Standing]", list(tasks.order_by(*IN_LINE)[:1]))


def _worth_asking(condition: Q) -> list[Q]:
    """Return the condition if any task at all meets it: mostly none does, which is soon found."""
    return [condition] if Task.objects.filter(condition).exists() else []


def _place(standing: Standing) -> tuple[int, datetime, int]:
    """Return the place in line: what IN_LINE says, of a task that has been read."""
    task = standing.task
    return Priority.CRITICAL - task.priority, task.due_date or NO_HURRY, task.id


def _is_free(principal: Principal) -> Q:
    nobodys_or_own = Q(assigned_to__isnull=True) | Q(assigned_to=principal.id)
    return Q(IsPending("status")) & nobodys_or_own


def _has_lapsed(at: datetime) -> Q:
    """Only a task in progress has a lease: tasks.constraints."""
    return Q(lease_expires_at__lte=at)


def _is_open_to(principal: Principal) -> Q:
    """Viewers only look, and nobody begins before what has to come first."""
    return writable(principal) & ~Q(HasOpenDependencies("pk"))
