"""What happens when a task is made?"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from accounts.principals import Principal
from audit.actions import Action
from audit.recording import Journal
from tasks.errors import NoSuchProject
from tasks.models import Task, bringing
from tasks.operations.assigning import kind_of
from tasks.operations.relations import come_under, refuse_dependencies, wait_for
from tasks.operations.rights import may_come_in
from tasks.operations.settling import note, whole
from tasks.rows import Priority, TaskRow
from tasks.sight import Sight
from tasks.sql import arrival


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A task that is to be."""

    title: str
    description: str = ""
    priority: int = Priority.MEDIUM
    assigned_to: str | None = None
    project_slug: str | None = None
    parent_id: int | None = None
    due_date: datetime | None = None
    tags: tuple[str, ...] = ()
    depends_on: tuple[int, ...] = ()


def create(draft: Draft, *, caller: Principal, journal: Journal) -> TaskRow:
    """Make a pending task; a subtask comes into its parent's project unless told otherwise.

    Raises NoSuchProject, ViewersOnlyLook, InvalidInput, UnknownPrincipal, ParentCompleted.
    """
    if draft.parent_id is not None or draft.depends_on:
        journal.begin()
    number, entrance = arrival(draft.project_slug, Sight.of(caller).member)
    if entrance is not None:
        may_come_in(entrance, caller)
    project = None if entrance is None else draft.project_slug
    if draft.assigned_to is not None:
        kind_of(draft.assigned_to, caller)
    refuse_dependencies(draft.depends_on, None, caller)
    if draft.parent_id is not None:
        come_under(draft.parent_id, caller, is_open=True)
        draft = replace(draft, project_slug=draft.project_slug or _project(draft.parent_id))
    return _brought_in(_made(number, draft, caller, journal.at), project, draft.depends_on, journal)


def _project(parent_id: int) -> str | None:
    """Return the parent's project; its row is ours until the end, `come_under` changed it."""
    found = Task.objects.filter(pk=parent_id).values_list("project_slug", flat=True)
    return found[0]


def _made(number: int, draft: Draft, caller: Principal, at: datetime) -> Task:
    return Task(
        id=number,
        title=draft.title,
        description=draft.description,
        priority=draft.priority,
        assigned_to=draft.assigned_to,
        project_slug=draft.project_slug,
        parent_id=draft.parent_id,
        due_date=draft.due_date,
        tags=list(draft.tags),
        created_by=caller.id,
        created_at=at,
        updated_at=at,
    )


def _brought_in(
    task: Task, project: str | None, depends_on: Collection[int], journal: Journal
) -> TaskRow:
    row = row_of(task, sorted(depends_on))

    def tell() -> None:
        wait_for(row.id, (), depends_on)
        note(journal, Action.TASK_CREATED, row, whole(row, gone=False))

    if not journal.carry_out(bringing(task, into=project), tell):
        raise NoSuchProject
    return row


def row_of(task: Task, depends_on: list[int]) -> TaskRow:
    """Return what is known of a task that was just made."""
    stored = {name: getattr(task, name) for name in TaskRow._fields if hasattr(task, name)}
    return TaskRow(**stored, depends_on=depends_on, subtask_count=0, subtasks_completed=0)
