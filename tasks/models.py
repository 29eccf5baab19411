"""What is stored of tasks, and how is it found?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self, cast

from django.db import models
from django.db.models import F, Q, Value

from accounts.principals import Principal
from tasks import plain
from tasks.comment_models import Comment
from tasks.constraints import INDEXES, RULES
from tasks.lifecycle import OPEN, Status
from tasks.project_models import Member, Project
from tasks.rows import Priority, Standing, TaskRow
from tasks.sight import Sight, in_sight, writable
from wire.statements import Statement, arrival, update

# These are stored here too.
__all__ = [
    "Comment",
    "Dependency",
    "FormerHolder",
    "Member",
    "Project",
    "Task",
    "TaskQuerySet",
]

_OPEN = sorted(status.value for status in OPEN)


class TaskQuerySet(models.QuerySet["Task"]):
    """How tasks are found. Every look-up for a caller begins with `visible_to`."""

    def visible_to(self, principal: Principal) -> Self:
        """Those that the caller may see; the others are to them as if they were not there."""
        return self.filter(in_sight(principal))

    def writable_by(self, principal: Principal | Sight) -> Self:
        """Those that the caller may change, as far as their project is asked."""
        return self.filter(writable(principal))

    def lock(self, task_id: int) -> None:
        """Keep everybody else from changing the task until the transaction ends.

        Not against new rows that refer to it: their foreign keys need no more than its id.
        """
        list(self.select_for_update(no_key=True).filter(pk=task_id).values_list("pk"))

    def lock_out(self, task_id: int) -> None:
        """Keep everybody else from changing the task and from referring to it, likewise."""
        list(self.select_for_update().filter(pk=task_id).values_list("pk"))


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
        db_index=False,  # tasks_of_parent begins with it
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
    rows = plain.rows()
    standings = plain.standings()

    class Meta:
        default_permissions = ("view",)
        constraints = [RULES]
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
    # When the task was taken from them; null when they had let go of it.
    overtaken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["task", "principal"], name="tasks_former_holder_once")
        ]

    def __str__(self) -> str:
        return f"{self.principal} held {self.task_id}"


def standing_of(task_id: int, principal: Principal) -> Standing | None:
    """Return a task with all that a decision about it needs, None for one out of sight."""
    return cast("Standing | None", Task.standings.one_visible_to(principal, task_id))


def moving(task: TaskRow, at: datetime, sets: Mapping[str, Any]) -> Statement:
    """Return the change of a task that is made unless somebody changed it since it was read."""
    changed = {**sets, "version": task.version + 1, "updated_at": at}
    return update(Task, changed, {"id": task.id, "version": task.version})


def bringing(task: Task, *, into: str | None) -> Statement:
    """Return the arrival of a new task; into a project, if there is one by then."""
    return arrival(task, None if into is None else (Project, into))


def is_overdue(at: datetime | Value) -> Q:
    """Return the condition of being open after the due date."""
    return Q(due_date__lt=at, status__in=_OPEN)
