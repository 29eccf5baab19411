"""How does one change win over others that come at the same instant?"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from accounts.principals import Principal
from audit.actions import Action
from audit.recording import Journal
from outbox.telling import tell
from tasks.errors import NoSuchTask
from tasks.models import Task, moving, standing_of
from tasks.rows import Standing, TaskRow, told

Sets = dict[str, Any]
Expectation: TypeAlias = Callable[[Any], None]
Telling: TypeAlias = Callable[["Settled"], None]

# A change of these needs no telling, as every change brings it.
_IMPLIED = frozenset({"id", "version", "created_at", "updated_at"})
_AT_FIRST = {"progress_percent": 0, "fence": 0, "tags": [], "depends_on": [], "description": ""}
_DERIVED = frozenset({"subtask_count", "subtasks_completed"})


class Settled(NamedTuple):
    """What a task was when the change was decided, what is set, and what it is after that."""

    before: Standing
    sets: Sets
    after: TaskRow


def anything(found: object) -> None:
    """Expect nothing of what is found; an expectation that is not met raises."""


def settle(
    task_id: int,
    caller: Principal,
    journal: Journal,
    decide: Callable[[Standing], Sets],
    tell: Telling,
    expected: Expectation = anything,
) -> Settled:
    """Read, decide, and change the task if it still is what was read; `tell` notes the change.

    Who loses a race decides again about what the winner left, and who loses twice does so holding
    the row's lock, which ends it. What is expected is asked of the row that is decided on.
    Raises NoSuchTask and whatever expectation and decision raise.
    """
    for last in (False, False, True):
        if last:
            journal.begin()
            Task.objects.lock(task_id)
        before = found(task_id, caller)
        expected(before.task)
        settled = carried_out(before, decide(before), journal, tell)
        if settled is not None:
            return settled
    raise NoSuchTask


def found(task_id: int, caller: Principal) -> Standing:
    """Return the task as the caller stands to it. Raises NoSuchTask."""
    standing = standing_of(task_id, caller)
    if standing is None:
        raise NoSuchTask
    return standing


def carried_out(
    before: Standing, sets: Sets, journal: Journal, tell: Telling, *, alone: bool = False
) -> Settled | None:
    """Change the task unless somebody changed it since it was read; None when somebody did.

    `alone`: all that goes with it is what `tell` notes.
    """
    task = before.task
    after = as_seen(task, sets)._replace(version=task.version + 1, updated_at=journal.at)
    settled = Settled(before, sets, after)
    made = journal.carry_out(moving(task, journal.at, sets), lambda: tell(settled), alone=alone)
    return settled if made else None


def as_seen(task: TaskRow, sets: Sets) -> TaskRow:
    """Return the task with what is set of it."""
    return task._replace(**{name: sets[name] for name in sets if name in TaskRow._fields})


def note(
    journal: Journal,
    action: Action,
    task: TaskRow,
    changes: Mapping[str, tuple[object, object]],
    context: Mapping[str, object] | None = None,
) -> None:
    """Record what happened to a task, and tell those who follow the board."""
    journal.record(
        action,
        target=("task", task.id),
        task_id=task.id,
        project_slug=task.project_slug,
        changes=changes,
        context=context,
    )
    is_gone = action is Action.TASK_DELETED
    tell(
        journal,
        action,
        task_id=task.id,
        project_slug=task.project_slug,
        data=None if is_gone else told(task),
    )


def differences(
    before: TaskRow, after: TaskRow, *, but: Iterable[str] = ()
) -> dict[str, tuple[object, object]]:
    """Return what changed, old and new, in wire form."""
    old, new = told(before), told(after)
    names = [name for name in old if name not in _IMPLIED and name not in but]
    return {name: (old[name], new[name]) for name in names if old[name] != new[name]}


def whole(task: TaskRow, *, gone: bool) -> dict[str, tuple[object, object]]:
    """Return the changes of a task that begins or ends, without what it never had."""
    members = {
        name: value
        for name, value in told(task).items()
        if value is not None
        and value is not False
        and name not in _IMPLIED | _DERIVED
        and _AT_FIRST.get(name) != value
    }
    return {name: (value, None) if gone else (None, value) for name, value in members.items()}
