"""The board as its history tells it: every change applied to nothing, one after the other."""

from collections.abc import Iterable, Mapping
from typing import Any

AT_FIRST: Mapping[str, Any] = {
    **dict.fromkeys(("title", "status", "priority", "assigned_to", "project_slug", "parent_id")),
    **dict.fromkeys(("due_date", "blocked_reason", "created_by", "started_at", "completed_at")),
    **dict.fromkeys(("lease_expires_at",)),
    "description": "",
    "progress_percent": 0,
    "fence": 0,
    "cancel_requested": False,
    "tags": [],
    "depends_on": [],
}

Board = dict[int, dict[str, Any]]


def replayed(entries: Iterable[Mapping[str, Any]]) -> Board:
    """Return the tasks that entries, in wire form and oldest first, have made.

    Each has to begin with what the one before it left.
    """
    board: Board = {}
    for entry in entries:
        kind, task_id = entry["action"], entry["task_id"]
        if kind in {"task.created", "task.imported"}:
            new = {name: value for name, (_, value) in entry["changes"].items()}
            board[task_id] = {**AT_FIRST, **new}
        elif kind == "task.deleted":
            del board[task_id]
        elif task_id is not None:
            _apply(entry["changes"], board[task_id])
    return board


def _apply(changes: Mapping[str, Any], task: dict[str, Any]) -> None:
    known = {name: pair for name, pair in changes.items() if name in AT_FIRST}
    assert {name: task[name] for name in known} == {name: old for name, (old, _) in known.items()}
    task.update({name: new for name, (_, new) in known.items()})


def as_told(tasks: Iterable[Mapping[str, Any]]) -> Board:
    """Return what tasks in wire form are, as far as their history tells it."""
    return {task["id"]: {name: task[name] for name in AT_FIRST} for task in tasks}
