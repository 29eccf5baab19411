"""How is a task taken that nobody has had before? By the statement that chooses it.

What such a task was is known before it is read: pending, nobody's, its fence at zero. So what is
set, and what history tells of it, is decided as ever and said beforehand; which task it was, and
what else it says, the database fills in.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import (
    BooleanField,
    F,
    Func,
    PositiveIntegerField,
    Q,
    QuerySet,
    Value,
)

from tasks.lifecycle import Status
from tasks.models import Task
from tasks.ready import IN_LINE, is_free
from tasks.rows import INSTANTS, WORDS, Standing, TaskRow
from tasks.sight import Sight
from tasks.sql import HasOpenDependencies
from wire.choosing import Choice, Chosen, ChosenKey
from wire.prepared import Slot
from wire.statements import Change, OfRow

_NOTHING: Mapping[str, Any] = dict.fromkeys(TaskRow._fields)
_STATE: Mapping[str, Any] = {"status": Status.PENDING.value, "fence": 0}
# What is known of a task that nobody has had before.
FRESH = Standing(TaskRow(**{**_NOTHING, **_STATE}), *[None] * (len(Standing._fields) - 1))  # type: ignore[arg-type]
_IS_FRESH = Q(assigned_to__isnull=True, held_by__isnull=True, started_at__isnull=True, fence=0)

# Of the task that is taken.
ID, TARGET, SLUG = OfRow("id"), OfRow("id::text"), OfRow("project_slug")


def taking(sets: Mapping[str, Any], sight: Sight, at: datetime) -> Chosen:
    """Return how the foremost pending task is taken, if it is the next and nobody has had it."""
    caller, member, sees_all = sight
    return _choice(sees_all, tuple(sets)).of(caller=caller, member=member, at=at, **sets)


class SeenVersion(Func):
    """The version that a task had when the statement began: of its id.

    The row that is locked may be newer. Whoever made it so may have told of it at a later place
    in the order of events than the one that this statement has (docs/adr/0016).
    """

    template = "(SELECT s.version FROM tasks_task s WHERE s.id = %(expressions)s)"
    output_field = PositiveIntegerField()


class NoneLapsedBefore(Func):
    """Whether no lapsed task, in sight or not, is in line before that of the row: of the instant.

    By the end of the lease: it is for that index to find them.
    """

    template = (
        "(SELECT l.id FROM tasks_task l WHERE l.lease_expires_at <= %(expressions)s"
        " AND (-l.priority, COALESCE(l.due_date, 'infinity'), l.id)"
        " < (-tasks_task.priority, COALESCE(tasks_task.due_date, 'infinity'), tasks_task.id)"
        " ORDER BY l.lease_expires_at LIMIT 1) IS NULL"
    )
    output_field = BooleanField()


@cache
def _choice(sees_all: bool, names: tuple[str, ...]) -> Choice:
    """Return the statement for whoever sees all or not, put together once."""
    sight, at = Sight(Slot("caller"), Slot("member"), sees_all), Value(Slot("at"))
    sets = {name: Value(Slot(name)) for name in names}
    return Choice(
        lambda: _foremost(sight),
        Change(lambda: _fresh(at), **sets, version=F("version") + 1, updated_at=at),
        lambda: Task.rows.visible_to_slots(sees_all),
    )


def _foremost(sight: Sight) -> QuerySet[Any]:
    waiting = HasOpenDependencies("pk")
    line = Task.objects.writable_by(sight).filter(is_free(sight), ~Q(waiting))
    return line.order_by(*IN_LINE).values_list("pk")[:1]


def _fresh(at: Value) -> QuerySet[Any]:
    foremost = Q(NoneLapsedBefore(at), pk=ChosenKey(), version=SeenVersion("pk"))
    return Task.objects.filter(_IS_FRESH, foremost)


def _told() -> str:
    """Return the wire form of the task in SQL: what tasks.rows.told says."""
    words = ", ".join(f"'{word}'" for word in WORDS)
    special = {
        "priority": f"(ARRAY[{words}])[priority + 1]",
        "parent_id": "seen_parent",
        "subtask_count": "split_part(children, ',', 1)::int",
        "subtasks_completed": "split_part(children, ',', 2)::int",
    }
    instants = {name: _INSTANT.format(name) for name in INSTANTS}
    said = {name: name for name in TaskRow._fields} | instants | special
    members = ", ".join(f"'{name}', {sql}" for name, sql in said.items())
    return f"jsonb_build_object({members})"


# With all six digits of the second's fraction, or none.
_FORM = 'YYYY-MM-DD"T"HH24":"MI":"SS.US"Z"'
_INSTANT = f"replace(to_char({{}} AT TIME ZONE 'UTC', '{_FORM}'), '.000000Z', 'Z')"
TOLD = OfRow(_told())
