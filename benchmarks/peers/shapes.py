"""The tables of the SQLModel peers and the JSON they answer with."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Member
from sqlalchemy import JSON, Column, DateTime
from sqlmodel import Field, SQLModel

from benchmarks.peers.steps import now

PRIORITIES = ("low", "medium", "high", "critical")


def moment() -> Any:
    """Return a column of times that know their zone."""
    return Field(default=None, sa_type=DateTime(timezone=True))


class Principal(SQLModel, table=True):
    """Who may call."""

    __tablename__ = "principal"
    id: str = Field(primary_key=True)
    actor_type: str
    role: str
    is_active: bool
    client_id: str
    secret_digest: str


class Task(SQLModel, table=True):
    """Something to do."""

    __tablename__ = "task"
    id: int | None = Field(default=None, primary_key=True)
    title: str
    description: str = ""
    status: str = "pending"
    priority: int = 1
    progress_percent: int = 0
    assigned_to: str | None = None
    project_slug: str | None = None
    parent_id: int | None = None
    due_date: datetime | None = moment()
    tags: list[str] = Field(default_factory=list, sa_column=Column(JSON))
    blocked_reason: str | None = None
    created_by: str
    created_at: datetime = moment()
    updated_at: datetime = moment()
    started_at: datetime | None = moment()
    completed_at: datetime | None = moment()
    version: int = 1
    fence: int = 0
    lease_expires_at: datetime | None = moment()
    cancel_requested: bool = False


class Entry(SQLModel, table=True):
    """Who did what."""

    __tablename__ = "entry"
    id: int | None = Field(default=None, primary_key=True)
    occurred_at: datetime = moment()
    action: str
    actor_id: str
    actor_type: str
    task_id: int | None = None
    changes: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON))
    request_id: str


class TaskOut(BaseModel):
    """A task on the wire. The derived members are constants: a gift to the peers."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str
    description: str
    status: str
    priority: str
    progress_percent: int
    assigned_to: str | None
    project_slug: str | None
    parent_id: int | None
    due_date: datetime | None
    tags: list[str]
    depends_on: list[int] = []
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
    subtask_count: int = 0
    subtasks_completed: int = 0


class TaskIn(BaseModel):
    """What a task begins with."""

    model_config = ConfigDict(extra="forbid")

    title: str = Member(min_length=1, max_length=200)
    description: str = ""
    priority: str = "medium"
    project_slug: str | None = None
    tags: list[str] = []


class ProgressIn(BaseModel):
    """How far somebody is."""

    percent: int | None = Member(default=None, ge=0, le=100)
    note: str | None = None


def out(task: Task) -> TaskOut:
    """Return the wire form of a task."""
    return TaskOut.model_validate({**task.model_dump(), "priority": PRIORITIES[task.priority]})


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
