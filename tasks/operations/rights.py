"""Who may do what to a task that they can see?"""

from collections.abc import Collection

from accounts.principals import Principal
from audit.actors import ActorType
from tasks.errors import (
    NoSuchProject,
    NotCreator,
    NotHolder,
    NotProjectOwner,
    OwnWork,
    PeopleOnly,
    StaleFence,
    ViewersOnlyLook,
)
from tasks.lifecycle import STEPS, By, Status, Verb
from tasks.projects import Membership, ProjectRow
from tasks.rows import Standing
from tasks.sight import Sight
from tasks.sql import Entrance, entrances


def may_write(standing: Standing, caller: Principal) -> None:
    """Raise ViewersOnlyLook for who may look at the task and no more."""
    if standing.role == Membership.VIEWER and not caller.is_admin:
        raise ViewersOnlyLook


def may_rule(project: ProjectRow, caller: Principal) -> None:
    """Raise PeopleOnly or NotProjectOwner for who decides nothing about project and members."""
    may_found(caller)
    if not (caller.is_admin or project.role == Membership.OWNER):
        raise NotProjectOwner


def may_found(caller: Principal) -> None:
    """Raise PeopleOnly for who makes no projects."""
    if caller.actor_type is not ActorType.HUMAN:
        raise PeopleOnly


def may_enter(slug: str | None, caller: Principal) -> None:
    """Raise NoSuchProject or ViewersOnlyLook for who may put no task there.

    Until the transaction ends the project stays what it is to new tasks: it cannot be deleted
    from under them.
    """
    if slug is None:
        return
    entrance = entrances([slug], Sight.of(caller).member).get(slug)
    if entrance is not None:
        may_come_in(entrance, caller)


def may_come_in(entrance: Entrance, caller: Principal) -> None:
    """Raise NoSuchProject or ViewersOnlyLook for who may put no task into a project."""
    if caller.is_admin:
        return
    if entrance.role is None:
        raise NoSuchProject
    if entrance.role == Membership.VIEWER:
        raise ViewersOnlyLook


def may_leave(standing: Standing, caller: Principal) -> None:
    """Raise NotProjectOwner for who may not take the task out of reach of required reviews."""
    if standing.requires_review and not rules_over(standing, caller):
        raise NotProjectOwner


def may_step(verb: Verb, standing: Standing, caller: Principal) -> None:
    """Raise unless the caller may take the step, whether or not it is its time."""
    may_write(standing, caller)
    if STEPS[verb].by is By.HOLDER:
        may_act(standing, caller)
    elif STEPS[verb].by is By.REVIEWER:
        may_judge(standing, caller)


def may_act(standing: Standing, caller: Principal) -> None:
    """Raise NotHolder when somebody else holds the task, StaleFence when the caller once did."""
    holds = standing.task.assigned_to == caller.id
    if not standing.is_held or holds or rules_over(standing, caller):
        return
    if standing.once_held:
        raise StaleFence(fence=standing.task.fence)
    raise NotHolder(holder=standing.task.assigned_to)


def may_edit(members: Collection[str], standing: Standing, caller: Principal) -> None:
    """Raise NotCreator for who may not ask to cancel, StaleFence for who lost the task unawares.

    That one may yet ask, but change nothing else as long as another holds the task.
    """
    if "cancel_requested" in members:
        may_ask_to_cancel(standing, caller)
    if standing.overtaken and standing.is_held and set(members) - {"cancel_requested"}:
        may_act(standing, caller)


def may_judge(standing: Standing, caller: Principal) -> None:
    """Raise PeopleOnly or OwnWork for those who cannot approve or reject."""
    waits = standing.status is Status.REVIEW
    if caller.actor_type is not ActorType.HUMAN:
        if waits and caller.actor_type is ActorType.AGENT and standing.by_agent:
            raise OwnWork(worker=standing.worked_by)
        raise PeopleOnly
    if waits and caller.id in {standing.worked_by, standing.submitted_by}:
        raise OwnWork(worker=standing.worked_by)


def may_ask_to_cancel(standing: Standing, caller: Principal) -> None:
    """Raise NotCreator unless the caller made the task or rules over it."""
    if not (rules_over(standing, caller) or standing.task.created_by == caller.id):
        raise NotCreator


def may_delete(standing: Standing, caller: Principal) -> None:
    """Raise PeopleOnly, ViewersOnlyLook or NotCreator."""
    if caller.actor_type is not ActorType.HUMAN:
        raise PeopleOnly
    may_write(standing, caller)
    may_ask_to_cancel(standing, caller)


def rules_over(standing: Standing, caller: Principal) -> bool:
    """Tell whether the caller is an administrator or owns the project: a person in any case."""
    owns = standing.role == Membership.OWNER and caller.actor_type is ActorType.HUMAN
    return caller.is_admin or owns
