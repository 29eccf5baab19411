"""What the steps of a task set, for the SQLModel peers."""

from collections.abc import Callable
from typing import Any

from benchmarks.peers.shapes import Entry, Principal, Task, now


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


def entry(action: str, task: Task, caller: Principal, request_id: str, **changes: Any) -> Entry:
    """Return the audit row of a change."""
    return Entry(
        occurred_at=now(),
        action=action,
        actor_id=caller.id,
        actor_type=caller.actor_type,
        task_id=task.id,
        changes=changes or {"status": task.status},
        request_id=request_id,
    )
