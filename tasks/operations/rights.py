"""Who may do what to a task that they can see?"""

from accounts.principals import Principal
from audit.actors import ActorType
from tasks.errors import NotCreator, NotHolder, OwnWork, PeopleOnly, StaleFence
from tasks.lifecycle import STEPS, By, Status, Verb
from tasks.rows import Standing


def may_step(verb: Verb, standing: Standing, caller: Principal) -> None:
    """Raise unless the caller may take the step, whether or not it is its time."""
    if STEPS[verb].by is By.HOLDER:
        may_act(standing, caller)
    elif STEPS[verb].by is By.REVIEWER:
        may_judge(standing, caller)


def may_act(standing: Standing, caller: Principal) -> None:
    """Raise NotHolder when somebody else holds the task, StaleFence when the caller once did."""
    if not standing.is_held or caller.is_admin or standing.task.assigned_to == caller.id:
        return
    if standing.once_held:
        raise StaleFence(fence=standing.task.fence)
    raise NotHolder(holder=standing.task.assigned_to)


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
    """Raise NotCreator unless the caller made the task or is an administrator."""
    if not (caller.is_admin or standing.task.created_by == caller.id):
        raise NotCreator


def may_delete(standing: Standing, caller: Principal) -> None:
    """Raise PeopleOnly or NotCreator."""
    if caller.actor_type is not ActorType.HUMAN:
        raise PeopleOnly
    if not (caller.is_admin or standing.task.created_by == caller.id):
        raise NotCreator
