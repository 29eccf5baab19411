"""What is known of a task once it is read? Plain values, quick to make and to tell. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any, NamedTuple, Self

from audit.actors import ActorType
from tasks.lifecycle import HELD, OPEN, Status

LONGEST_TEXT = 20_000  # characters of a description or a comment
LONGEST_NOTE = 2_000  # of a word beside a step


class Priority(IntEnum):
    """How much a task matters; stored by rank, told by name."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """Return the name on the wire."""
        return self.name.lower()


WORDS = tuple(priority.word for priority in Priority)


class TaskRow(NamedTuple):
    """A task as a caller sees it: the members of its wire form, in their order.

    Tasks out of the caller's sight are no one's parent, need or child in it.
    """

    id: int
    title: str
    description: str
    status: str
    priority: int
    progress_percent: int
    assigned_to: str | None
    project_slug: str | None
    parent_id: int | None
    due_date: datetime | None
    tags: list[str]
    depends_on: list[int]
    blocked_reason: str | None
    created_by: str
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    version: int
    fence: int
    lease_expires_at: datetime | None
    cancel_requested: bool
    subtask_count: int
    subtasks_completed: int

    @classmethod
    def read(cls, columns: Sequence[Any]) -> Self:
        """Return the row that the columns of a statement make; the last counts the children."""
        *members, children = columns
        return cls(*members, *map(int, children.split(",")))


class Standing(NamedTuple):
    """A task with what a decision about it needs besides."""

    task: TaskRow
    parent_id: int | None  # also one out of the caller's sight
    blocked_from: str | None
    held_by: str | None  # who took it last, also after letting go
    held_by_type: str
    lease_seconds: int | None
    submitted_by: str | None
    worked_by: str | None
    worked_by_type: str
    open_dependencies: bool
    open_subtasks: bool
    requires_review: bool
    role: str | None  # the caller's in the task's project
    once_held: bool  # by the caller, before it passed to another
    overtaken: bool  # the caller had not let go of it by then

    @property
    def status(self) -> Status:
        """Where the task is in its life."""
        return Status(self.task.status)

    @property
    def before_block(self) -> Status | None:
        """Where a blocked task goes back to."""
        return None if self.blocked_from is None else Status(self.blocked_from)

    @property
    def is_held(self) -> bool:
        """Tell whether somebody works on it, or did before it was blocked."""
        return (self.before_block or self.status) in HELD

    @property
    def is_open(self) -> bool:
        """Tell whether it is neither completed nor cancelled."""
        return self.status in OPEN

    @property
    def by_agent(self) -> bool:
        """Tell whether the work that waits for a verdict is an agent's."""
        return self.worked_by_type == ActorType.AGENT


INSTANTS = frozenset(
    {"due_date", "created_at", "updated_at", "started_at", "completed_at", "lease_expires_at"}
)


def told(task: TaskRow) -> dict[str, object]:
    """Return the wire form of a task: what JSON can hold, nothing else."""
    return {
        name: value if name not in _TELL or value is None else _TELL[name](value)
        for name, value in zip(TaskRow._fields, task, strict=True)
    }


def instant(at: datetime) -> str:
    """Return a UTC time as RFC 3339, ending in `Z`."""
    return at.isoformat().removesuffix("+00:00") + "Z"


_TELL: Mapping[str, Callable[[Any], object]] = {
    **dict.fromkeys(INSTANTS, instant),
    "priority": WORDS.__getitem__,
}
