"""How are tasks read as plain rows, for a caller? Part of tasks.models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from django.db import models
from django.db.models import Expression, Value
from django.db.models.query import ValuesListIterable

from accounts.principals import Principal
from tasks.rows import Standing, TaskRow
from tasks.sight import ALL_SEEING, RequiresReview, RoleIn, Sight, in_sight, related
from tasks.sql import (
    DependsOn,
    HasOpenDependencies,
    HasOpenSubtasks,
    SeenParent,
    SubtaskCount,
    SubtasksCompleted,
    WasHeld,
    WasOvertaken,
)

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

    def _put_together(self, sight: Sight) -> TaskQuerySet:
        seen = self.model.objects.filter(in_sight(sight))
        plain = seen.annotate(**self.besides(sight)).values_list(*self.names)
        plain._iterable_class = self.kind  # noqa: SLF001
        return cast("TaskQuerySet", plain)

    def get_queryset(self) -> TaskQuerySet:
        """Return all rows."""
        return self.seen(ALL_SEEING).all()

    def visible_to(self, principal: Principal) -> TaskQuerySet:
        """Return the rows that the caller may see."""
        return self.seen(Sight.of(principal)).all()


class _Rows(ValuesListIterable):  # type: ignore[type-arg]
    def __iter__(self) -> Iterator[TaskRow]:
        return map(TaskRow._make, super().__iter__())


class _Standings(ValuesListIterable):  # type: ignore[type-arg]
    def __iter__(self) -> Iterator[Standing]:
        width = len(TaskRow._fields)
        for values in super().__iter__():
            yield Standing(TaskRow._make(values[:width]), *values[width:])


def _besides_row(sight: Sight) -> dict[str, Expression]:
    seen = related(sight)
    return {
        "seen_parent": SeenParent("parent_id", *seen),
        "depends_on": DependsOn("pk", *seen),
        "subtask_count": SubtaskCount("pk", *seen),
        "subtasks_completed": SubtasksCompleted("pk", *seen),
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


_ROW = ["seen_parent" if name == "parent_id" else name for name in TaskRow._fields]
_STANDING = [*_ROW, *Standing._fields[1:]]


def rows() -> Plain:
    """Return the reader of tasks as a caller sees them, TaskRow."""
    return Plain(_ROW, _besides_row, _Rows)


def standings() -> Plain:
    """Return the reader of tasks with what decisions need besides, Standing."""
    return Plain(_STANDING, _besides_standing, _Standings)
