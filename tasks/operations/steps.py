"""What happens when a step of a task's life is taken?"""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from accounts.principals import Principal
from audit.recording import Journal
from tasks.errors import StaleFence, StatusOutOfReach, StepNotAllowed
from tasks.lifecycle import STEPS, Status, Verb, refusal, verb_between
from tasks.models import FormerHolder
from tasks.operations.effects import Asked, Moment, effects
from tasks.operations.relations import rejoin
from tasks.operations.rights import may_step, may_write
from tasks.operations.settling import (
    Expectation,
    Sets,
    Settled,
    anything,
    differences,
    note,
    settle,
)
from tasks.operations.unchanged import Unchanged
from tasks.rows import Standing, TaskRow
from wire.errors import DomainError, InvalidInput

NOTHING = Asked()


def take_step(
    verb: Verb,
    *,
    task_id: int,
    caller: Principal,
    journal: Journal,
    asked: Asked = NOTHING,
    expected: Expectation = anything,
) -> TaskRow:
    """Take one step of the lifecycle, if the task is what is expected.

    Raises NoSuchTask; what the expectation raises; ViewersOnlyLook, NotHolder, OwnWork or
    PeopleOnly; StaleFence; StepNotAllowed; InvalidInput without what has to be said; and what the
    step itself meets: AssignedToOther, DependenciesOpen, SubtasksOpen, ReviewRequired,
    ParentCompleted.
    """
    return _walk(lambda _: verb, task_id, caller, journal, asked, expected)


def change_status(
    target: Status,
    *,
    task_id: int,
    caller: Principal,
    journal: Journal,
    reason: str | None,
    expected: Expectation = anything,
) -> TaskRow:
    """Take the step that leads to a status, as its verb would.

    Raises StatusOutOfReach, Unchanged when the task is there already, and all that take_step
    raises.
    """

    def choose(standing: Standing) -> Verb:
        may_write(standing, caller)
        source = standing.status
        if source is target:
            raise Unchanged(standing.task)
        holds = standing.task.assigned_to == caller.id
        verb = verb_between(source, target, before_block=standing.before_block, holds=holds)
        if verb is None:
            raise StatusOutOfReach(source=source, target=target)
        return verb

    return _walk(choose, task_id, caller, journal, Asked(reason=reason), expected)


def obstacle(verb: Verb, standing: Standing, caller: Principal, at: datetime) -> str | None:
    """Return the sentence that stands against the step as the task is now, None when none does."""
    asked = Asked(percent=0, reason="to see whether it may be")
    try:
        _refuse(verb, standing, caller, asked)
        effects(verb, Moment(standing, caller, at, asked))
    except DomainError as refused:
        return str(refused)
    return None


def _walk(
    choose: Callable[[Standing], Verb],
    task_id: int,
    caller: Principal,
    journal: Journal,
    asked: Asked,
    expected: Expectation,
) -> TaskRow:
    def decide(standing: Standing) -> Sets:
        verb = choose(standing)
        _refuse(verb, standing, caller, asked)
        sets = effects(verb, Moment(standing, caller, journal.at, asked))
        if _rejoins(verb, standing) or left_by(standing, sets):
            journal.begin()
        return sets

    def tell(settled: Settled) -> None:
        before, verb = settled.before, choose(settled.before)
        remember_holder(settled, journal)
        if _rejoins(verb, before):
            rejoin(cast("int", before.parent_id))
        note(journal, STEPS[verb].action, settled.after,
             differences(before.task, settled.after), asked.said)  # fmt: skip

    return settle(task_id, caller, journal, decide, tell, expected).after


def _rejoins(verb: Verb, standing: Standing) -> bool:
    return verb is Verb.REOPEN and standing.parent_id is not None


def left_by(before: Standing, sets: Sets) -> str | None:
    """Return whose hold passes to another by what is set, if one does."""
    return None if sets.get("held_by") in {None, before.held_by} else before.held_by


def remember_holder(settled: Settled, journal: Journal) -> None:
    """Keep whose hold has passed to another, to tell them so when they come back."""
    before, left = settled.before, left_by(settled.before, settled.sets)
    if left is None:
        return
    let_go = not before.is_held or journal.actor.id == left
    former = FormerHolder(
        task_id=before.task.id, principal=left, overtaken_at=None if let_go else journal.at
    )
    FormerHolder.objects.bulk_create(
        [former],
        update_conflicts=True,
        unique_fields=["task", "principal"],
        update_fields=["overtaken_at"],
    )


def _refuse(verb: Verb, standing: Standing, caller: Principal, asked: Asked) -> None:
    may_step(verb, standing, caller)
    if asked.fence is not None and asked.fence != standing.task.fence:
        raise StaleFence(fence=standing.task.fence)
    refused = refusal(verb, standing.status)
    if refused is not None:
        # Who lost the task to another learns that, wherever the other has brought it since.
        if STEPS[verb].fenced and standing.once_held and standing.held_by != caller.id:
            raise StaleFence(fence=standing.task.fence)
        raise StepNotAllowed(refused=refused)
    needed = STEPS[verb].needs
    if needed is not None and getattr(asked, needed) in {None, ""}:
        raise InvalidInput.at(f"/{needed}", f"To {verb} takes a {needed}.", "required")
