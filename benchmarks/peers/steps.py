"""What the steps of a task set, whatever the peer's tables are made of."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Task = Any  # a row of SQLModel's or of Django's, with the same names


class Refused(Exception):
    """The step is not legal now."""


def start(task: Task, caller: str, _percent: int | None) -> None:
    """Take a pending task."""
    if task.status != "pending":
        raise Refused(f"Cannot start task with status '{task.status}'")
    task.status, task.assigned_to, task.started_at = "in_progress", caller, now()
    task.fence += 1


def progress(task: Task, caller: str, percent: int | None) -> None:
    """Tell how far a task is."""
    _must_hold(task, caller)
    task.progress_percent = percent or 0


def complete(task: Task, caller: str, _percent: int | None) -> None:
    """End a task."""
    _must_hold(task, caller)
    task.status, task.progress_percent, task.completed_at = "completed", 100, now()


def _must_hold(task: Task, caller: str) -> None:
    if task.status != "in_progress" or task.assigned_to != caller:
        raise Refused("Task must be in_progress")


STEPS: dict[str, tuple[str, Callable[[Task, str, int | None], None]]] = {
    "start": ("task.started", start),
    "progress": ("task.progressed", progress),
    "complete": ("task.completed", complete),
}


def touch(task: Task) -> None:
    """Note that a task changed."""
    task.version += 1
    task.updated_at = now()


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)
