"""How are tasks read as plain rows, for a caller? Part of tasks.models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, cast

from django.db import models
from django.db.models import Expression, Value
from django.db.models.query import ValuesListIterable

from accounts.principals import Principal
from tasks.rows import Standing, TaskRow
from tasks.sight import ALL_SEEING, RequiresReview, RoleIn, Sight, in_sight, related
from tasks.spelling import SpelledTask, respelled, spelled
from tasks.sql import (
    Children,
    DependsOn,
    HasOpenDependencies,
    HasOpenSubtasks,
    SeenParent,
    WasHeld,
    WasOvertaken,
)
from wire.prepared import Question, Slot

if TYPE_CHECKING:  # at run time it is what is imported by the models
    from tasks.models import TaskQuerySet

CALLERS_KEPT = 128


class Plain(models.Manager[Any]):
    """Reads rows of plain values instead of tasks, in one statement whatever their number.

    A caller's query set is put together once and kept: doing so costs more than asking the
    database.
    """

    def __init__(
        self,
        names: Sequence[str],
        besides: Callable[[Sight], Mapping[str, Expression]],
        kind: type[Any],
    ) -> None:
        super().__init__()
        self.names, self.besides, self.kind = names, besides, kind
        self.seen = lru_cache(maxsize=CALLERS_KEPT)(self._put_together)
        self.by_id = {
            sees_all: Question(partial(self._by_id, sees_all)) for sees_all in (False, True)
        }

    def _put_together(self, sight: Sight) -> TaskQuerySet:
        seen = self.model.objects.filter(in_sight(sight))
        plain = seen.annotate(**self.besides(sight)).values_list(*self.names)
        plain._iterable_class = self.kind  # noqa: SLF001
        return cast("TaskQuerySet", plain)

    def _by_id(self, sees_all: bool) -> TaskQuerySet:
        return self.visible_to_slots(sees_all).filter(pk=Value(Slot("task")))

    def visible_to_slots(self, sees_all: bool) -> TaskQuerySet:
        """Return the rows in sight of a `caller` and `member` that are yet to be said."""
        return self._put_together(Sight(Slot("caller"), Slot("member"), sees_all))

    def get_queryset(self) -> TaskQuerySet:
        """Return all rows."""
        return self.seen(ALL_SEEING).all()

    def visible_to(self, principal: Principal) -> TaskQuerySet:
        """Return the rows that the caller may see."""
        return self.seen_by(Sight.of(principal))

    def seen_by(self, sight: Sight) -> TaskQuerySet:
        """Return the rows in sight."""
        return self.seen(sight).all()

    def one_visible_to(self, principal: Principal, task_id: int) -> Any | None:
        """Return the row of a task, None for one out of sight."""
        caller, member, sees_all = Sight.of(principal)
        found = self.by_id[sees_all].ask(task=task_id, caller=caller, member=member)
        return self.kind.made(found[0]) if found else None

    def spelled_to(self, principal: Principal, task_id: int) -> SpelledTask | None:
        """Return a task as JSON text, None for one out of sight."""
        caller, member, sees_all = Sight.of(principal)
        found = spelled_by(self.by_id[sees_all], task=task_id, caller=caller, member=member)
        return found[0] if found else None


def spelled_by(question: Question, **values: object) -> list[SpelledTask]:
    """Return the tasks that a question is about as JSON text."""
    texts = question.spelled(**values)
    if texts is not None:
        return [respelled(tuple(columns)) for columns in texts]
    return [spelled(TaskRow.read(row)) for row in question.ask(**values)]


class _Rows(ValuesListIterable):  # type: ignore[type-arg]
    made = TaskRow.read

    def __iter__(self) -> Iterator[TaskRow]:
        return map(self.made, super().__iter__())


class _Standings(ValuesListIterable):  # type: ignore[type-arg]
    def __iter__(self) -> Iterator[Standing]:
        return map(self.made, super().__iter__())

    @staticmethod
    def made(values: Sequence[Any]) -> Standing:
        """Return the columns as what they are of."""
        return Standing(TaskRow.read(values[:_WIDTH]), *values[_WIDTH:])


def _besides_row(sight: Sight) -> dict[str, Expression]:
    seen = related(sight)
    return {
        "seen_parent": SeenParent("parent_id", *seen),
        "depends_on": DependsOn("pk", *seen),
        "children": Children("pk", *seen),
    }


def _besides_standing(sight: Sight) -> dict[str, Expression]:
    return {
        **_besides_row(sight),
        "open_dependencies": HasOpenDependencies("pk"),
        "open_subtasks": HasOpenSubtasks("pk"),
        "requires_review": RequiresReview("project_slug"),
        "role": RoleIn("project_slug", Value(sight.member)),
        "once_held": WasHeld("pk", Value(sight.caller)),
        "overtaken": WasOvertaken("pk", Value(sight.caller)),
    }


_COUNTS = ("subtask_count", "subtasks_completed")
_MEMBERS = [name for name in TaskRow._fields if name not in _COUNTS]
_ROW = [*("seen_parent" if name == "parent_id" else name for name in _MEMBERS), "children"]
_WIDTH = len(_ROW)
_STANDING = [*_ROW, *Standing._fields[1:]]


def rows() -> Plain:
    """Return the reader of tasks as a caller sees them, TaskRow."""
    return Plain(_ROW, _besides_row, _Rows)


def standings() -> Plain:
    """Return the reader of tasks with what decisions need besides, Standing."""
    return Plain(_STANDING, _besides_standing, _Standings)
