"""What is stored of tasks, and how is it found?"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Self, cast

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.query import ValuesListIterable

from accounts.principals import Principal
from tasks.comment_models import Comment
from tasks.constraints import CONSTRAINTS, INDEXES
from tasks.lifecycle import OPEN, Status
from tasks.rows import Priority, Standing, TaskRow
from tasks.sql import (
    DependsOn,
    HasOpenDependencies,
    HasOpenSubtasks,
    SubtaskCount,
    SubtasksCompleted,
    WasHeld,
)

__all__ = ["Comment", "Dependency", "FormerHolder", "Task"]

_OPEN = sorted(status.value for status in OPEN)


class TaskQuerySet(models.QuerySet["Task"]):
    """How tasks are found. Every look-up for a caller begins with `visible_to`."""

    def visible_to(self, principal: Principal) -> Self:
        """Those that the caller may see: all, as no project is private yet."""
        return self.all()

    def lock(self, task_id: int) -> None:
        """Keep everybody else from changing the task until the transaction ends.

        Not against new rows that refer to it: their foreign keys need no more than its id.
        """
        list(self.select_for_update(no_key=True).filter(pk=task_id).values_list("pk"))

    def move(self, task: TaskRow, at: datetime, sets: Mapping[str, Any]) -> bool:
        """Change the task unless somebody changed it since it was read; tell whether it moved."""
        unchanged = self.filter(pk=task.id, version=task.version)
        return bool(unchanged.update(**sets, version=task.version + 1, updated_at=at))


class Plain(models.Manager["Task"]):
    """Reads rows of plain values instead of tasks, in one statement whatever their number.

    The query set is put together once: doing so costs more than asking the database.
    """

    def __init__(self, names: Sequence[str], besides: Mapping[str, Func], kind: type[Any]) -> None:
        super().__init__()
        self.names, self.besides, self.kind = names, besides, kind

    @cached_property
    def _whole(self) -> TaskQuerySet:
        whole = TaskQuerySet(Task).annotate(**self.besides).values_list(*self.names)
        whole._iterable_class = self.kind  # noqa: SLF001
        return cast("TaskQuerySet", whole)

    def get_queryset(self) -> TaskQuerySet:
        """Return all rows."""
        return self._whole.all()

    def visible_to(self, principal: Principal) -> TaskQuerySet:
        """Return the rows that the caller may see."""
        return self.get_queryset().visible_to(principal)


class _TaskRows(ValuesListIterable):  # type: ignore[type-arg]
    def __iter__(self) -> Iterator[TaskRow]:
        return map(TaskRow._make, super().__iter__())


class _Standings(ValuesListIterable):  # type: ignore[type-arg]
    def __iter__(self) -> Iterator[Standing]:
        width = len(TaskRow._fields)
        for values in super().__iter__():
            yield Standing(TaskRow._make(values[:width]), *values[width:])


_TOLD_BESIDES = {
    "depends_on": DependsOn("pk"),
    "subtask_count": SubtaskCount("pk"),
    "subtasks_completed": SubtasksCompleted("pk"),
}
_ASKED_BESIDES = {
    "open_dependencies": HasOpenDependencies("pk"),
    "open_subtasks": HasOpenSubtasks("pk"),
}
# What depends on who asks is added by `standing_of`, and comes last.
_STANDING = [*TaskRow._fields, *(name for name in Standing._fields[1:] if name != "once_held")]


class Task(models.Model):
    """Something to do."""

    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="")
    status = models.CharField(
        max_length=11, choices=[(s.value, s.value) for s in Status], default=Status.PENDING.value
    )
    priority = models.SmallIntegerField(
        choices=[(p.value, p.word) for p in Priority], default=Priority.MEDIUM.value
    )
    progress_percent = models.SmallIntegerField(default=0)
    assigned_to = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001
    project_slug = models.CharField(max_length=63, null=True, blank=True)  # noqa: DJ001
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="subtasks",
        db_index=False,  # tasks_by_parent begins with it
    )
    due_date = models.DateTimeField(null=True, blank=True)
    tags = models.JSONField(default=list, blank=True)
    blocked_reason = models.TextField(null=True, blank=True)  # noqa: DJ001
    blocked_from = models.CharField(max_length=11, null=True, blank=True)  # noqa: DJ001
    created_by = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    fence = models.PositiveIntegerField(default=0)
    lease_seconds = models.PositiveIntegerField(null=True, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    # Who took it last, also after letting go: `assigned_to` may name somebody yet to start.
    held_by = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001
    held_by_type = models.CharField(max_length=8, blank=True, default="")
    # Whose work waits for a verdict.
    submitted_by = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001
    worked_by = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001
    worked_by_type = models.CharField(max_length=8, blank=True, default="")

    objects = TaskQuerySet.as_manager()
    rows = Plain(TaskRow._fields, _TOLD_BESIDES, _TaskRows)
    standings = Plain(_STANDING, {**_TOLD_BESIDES, **_ASKED_BESIDES}, _Standings)

    class Meta:
        default_permissions = ("view",)
        constraints = CONSTRAINTS
        indexes = INDEXES

    def __str__(self) -> str:
        return f"{self.pk}: {self.title}"


class Dependency(models.Model):
    """A task that waits for another."""

    task = models.ForeignKey(
        Task, on_delete=models.CASCADE, related_name="dependencies", db_index=False
    )
    depends_on = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="dependents")

    class Meta:
        verbose_name_plural = "dependencies"
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["task", "depends_on"], name="tasks_depends_once"),
            models.CheckConstraint(
                condition=~Q(task=F("depends_on")), name="tasks_not_own_dependency"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} after {self.depends_on_id}"


class FormerHolder(models.Model):
    """Somebody whose hold on a task passed to another: told apart from those who never held it."""

    task = models.ForeignKey(
        Task, on_delete=models.CASCADE, related_name="former_holders", db_index=False
    )
    principal = models.CharField(max_length=255)

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["task", "principal"], name="tasks_former_holder_once")
        ]

    def __str__(self) -> str:
        return f"{self.principal} held {self.task_id}"


def standing_of(task_id: int, principal: Principal) -> Standing | None:
    """Return a task with all that a decision about it needs, None for one out of sight."""
    seen = Task.standings.visible_to(principal).filter(pk=task_id)
    for_caller = seen.annotate(once_held=WasHeld("pk", Value(principal.id)))
    return cast("Standing | None", next(iter(for_caller), None))


def is_ready(principal: Principal) -> Q:
    """Return the condition of being ready for the caller."""
    free = Q(assigned_to__isnull=True) | Q(assigned_to=principal.id)
    return Q(free, ~Q(HasOpenDependencies("pk")), status=Status.PENDING.value)


def is_overdue(at: datetime) -> Q:
    """Return the condition of being open after the due date."""
    return Q(due_date__lt=at, status__in=_OPEN)
