"""What happens when members of a task are changed?"""

from collections.abc import Mapping
from typing import Any

from accounts.principals import Principal
from audit.actions import Action
from audit.recording import Journal
from tasks.errors import HolderNeeded
from tasks.lifecycle import Status
from tasks.operations import relations
from tasks.operations.assigning import kind_of
from tasks.operations.effects import taken_by, usual_lease
from tasks.operations.rights import (
    may_act,
    may_edit,
    may_enter,
    may_leave,
    may_write,
)
from tasks.operations.settling import (
    Expectation,
    Sets,
    Settled,
    anything,
    differences,
    note,
    settle,
)
from tasks.operations.steps import change_status, remember_holder
from tasks.operations.unchanged import Unchanged
from tasks.relation_sql import one_relation_edit_at_a_time
from tasks.rows import Standing, TaskRow

RELATIONS = frozenset({"parent_id", "depends_on"})
# What an assignment changes; told by an entry of its own.
ASSIGNMENT = frozenset({"assigned_to", "fence", "lease_expires_at"})


def edit(
    edits: Mapping[str, Any],
    *,
    task_id: int,
    caller: Principal,
    journal: Journal,
    status: Status | None = None,
    reason: str | None = None,
    expected: Expectation = anything,
) -> TaskRow:
    """Change members of a task, after taking the step to `status` where one is asked.

    `edits` maps members of TaskRow to new values. Raises Unchanged, UnknownPrincipal, NotHolder,
    NotCreator, NoSuchProject, NotProjectOwner, HolderNeeded and what change_status raises.
    """
    if RELATIONS & edits.keys():
        one_relation_edit_at_a_time()
    stepped = None
    if status is not None:
        stepped = _step(status, task_id, caller, journal, reason, bool(edits), expected)
    if stepped is not None and not edits:
        return stepped
    # The step made the task what it is now: nobody else can have come between.
    expected = expected if stepped is None else anything
    try:
        return _amend(edits, task_id, caller, journal, expected)
    except Unchanged:
        if stepped is None:
            raise
        return stepped


def _step(
    status: Status,
    task_id: int,
    caller: Principal,
    journal: Journal,
    reason: str | None,
    more: bool,
    expected: Expectation,
) -> TaskRow | None:
    try:
        return change_status(
            status,
            task_id=task_id,
            caller=caller,
            journal=journal,
            reason=reason,
            expected=expected,
        )
    except Unchanged:
        if more:
            return None
        raise


def _amend(
    edits: Mapping[str, Any],
    task_id: int,
    caller: Principal,
    journal: Journal,
    expected: Expectation,
) -> TaskRow:
    def decide(standing: Standing) -> Sets:
        may_write(standing, caller)
        wanted = _changed(edits, standing.task)
        if not wanted:
            raise Unchanged(standing.task)
        _refuse(wanted, standing, caller)
        wanted.pop("depends_on", None)
        if "assigned_to" in wanted:
            wanted |= _assigned(wanted["assigned_to"], standing, caller, journal)
        return wanted

    def tell(settled: Settled) -> None:
        remember_holder(settled, journal)
        _relate(edits, settled, caller)
        _tell(settled.before.task, _as_edited(edits, settled), journal)

    return _as_edited(edits, settle(task_id, caller, journal, decide, tell, expected))


def _changed(edits: Mapping[str, Any], task: TaskRow) -> Sets:
    current = task._asdict()
    return {name: value for name, value in edits.items() if current[name] != value}


def _refuse(wanted: Sets, standing: Standing, caller: Principal) -> None:
    may_edit(wanted, standing, caller)
    if "assigned_to" in wanted:
        may_act(standing, caller)
    if "project_slug" in wanted:
        may_leave(standing, caller)
        may_enter(wanted["project_slug"], caller)
    if wanted.get("parent_id") is not None:
        relations.refuse_parent(wanted["parent_id"], standing.task.id, caller)
    if "depends_on" in wanted:
        relations.refuse_dependencies(wanted["depends_on"], standing.task.id, caller)


def _assigned(
    assignee: str | None, standing: Standing, caller: Principal, journal: Journal
) -> Sets:
    """Return what passing the task on sets: while it is held, the next one holds it at once."""
    kind = None if assignee is None else kind_of(assignee, caller)
    if not standing.is_held:
        return {}
    if assignee is None or kind is None:
        raise HolderNeeded
    sets = taken_by(assignee, kind, standing, journal.at, usual_lease(kind))
    if standing.status is not Status.IN_PROGRESS:
        sets["lease_expires_at"] = None
    return sets


def _relate(edits: Mapping[str, Any], settled: Settled, caller: Principal) -> None:
    before, after = settled.before, settled.after
    if "parent_id" in settled.sets and after.parent_id is not None:
        relations.come_under(after.parent_id, caller, is_open=before.is_open)
    if "depends_on" in edits:
        relations.wait_for(after.id, before.task.depends_on, edits["depends_on"])


def _as_edited(edits: Mapping[str, Any], settled: Settled) -> TaskRow:
    if "depends_on" not in edits:
        return settled.after
    return settled.after._replace(depends_on=edits["depends_on"])


def _tell(before: TaskRow, after: TaskRow, journal: Journal) -> None:
    assigned = before.assigned_to != after.assigned_to
    changes = differences(before, after)
    others = {name: pair for name, pair in changes.items() if not (assigned and name in ASSIGNMENT)}
    if others:
        note(journal, Action.TASK_UPDATED, after, others)
    if assigned:
        note(journal, Action.TASK_ASSIGNED, after,
             {name: pair for name, pair in changes.items() if name in ASSIGNMENT})  # fmt: skip
