"""What does each step set, and what can still stand in its way?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from django.conf import settings

from accounts.principals import Principal
from audit.actors import ActorType
from tasks.errors import AssignedToOther, DependenciesOpen, ReviewRequired, SubtasksOpen
from tasks.lifecycle import STEPS, Status, Verb
from tasks.operations.settling import Sets
from tasks.rows import Standing

LEASE_OVER = MappingProxyType({"lease_seconds": None, "lease_expires_at": None})
UNBLOCKED = MappingProxyType({"blocked_from": None, "blocked_reason": None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a caller may say beside the verb."""

    percent: int | None = None
    note: str | None = None
    reason: str | None = None
    fence: int | None = None
    lease_seconds: int | None = None

    @property
    def said(self) -> dict[str, int | str]:
        """Return what was said, without what was not."""
        members = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: value for name, value in members if value not in {None, ""}}


@dataclass(frozen=True, slots=True)
class Moment:
    """A step about to be taken: with which task, by whom, when, and what was said."""

    standing: Standing
    caller: Principal
    at: datetime
    asked: Asked


def effects(verb: Verb, moment: Moment) -> Sets:
    """Return what the step sets. Raises what stands in its way; who may is asked elsewhere."""
    target = STEPS[verb].target or moment.standing.before_block or moment.standing.status
    return {"status": target.value, **EFFECTS[verb](moment)}


def taken_by(
    holder: str, kind: ActorType, standing: Standing, at: datetime, lease_seconds: int | None
) -> Sets:
    """Return what it sets when somebody takes the task: a new fence and a lease or none."""
    runs = None if lease_seconds is None else at + timedelta(seconds=lease_seconds)
    return {
        "assigned_to": holder,
        "held_by": holder,
        "held_by_type": kind.value,
        "fence": standing.task.fence + 1,
        "lease_seconds": lease_seconds,
        "lease_expires_at": runs,
    }


def taken(moment: Moment) -> Sets:
    """Return what it sets when the caller takes the task to begin at once."""
    caller = moment.caller
    lease = moment.asked.lease_seconds or usual_lease(caller.actor_type)
    begun = taken_by(caller.id, caller.actor_type, moment.standing, moment.at, lease)
    return {**begun, "started_at": moment.at}


def usual_lease(kind: ActorType) -> int | None:
    """Return the lease of one who asks for none, in seconds: agents have one, people do not."""
    seconds: int = settings.CONTRACT.lease_seconds
    return seconds if kind is ActorType.AGENT else None


def _start(moment: Moment) -> Sets:
    task, caller = moment.standing.task, moment.caller
    if task.assigned_to not in {None, caller.id}:
        raise AssignedToOther(assignee=task.assigned_to)
    if moment.standing.open_dependencies:
        raise DependenciesOpen
    return taken(moment)


def _progress(moment: Moment) -> Sets:
    beats = moment.caller.id == moment.standing.task.assigned_to
    return {"progress_percent": moment.asked.percent, **(_renewed(moment) if beats else {})}


def _complete(moment: Moment) -> Sets:
    if moment.standing.requires_review:
        raise ReviewRequired
    return _approve(moment)


def _approve(moment: Moment) -> Sets:
    if moment.standing.open_subtasks:
        raise SubtasksOpen
    return {"progress_percent": 100, "completed_at": moment.at, **LEASE_OVER}


def _submit(moment: Moment) -> Sets:
    return {
        "submitted_by": moment.caller.id,
        "worked_by": moment.standing.held_by,
        "worked_by_type": moment.standing.held_by_type,
        "lease_expires_at": None,
    }


def _block(moment: Moment) -> Sets:
    return {
        "blocked_from": moment.standing.status.value,
        "blocked_reason": moment.asked.reason,
        "lease_expires_at": None,
    }


def _unblock(moment: Moment) -> Sets:
    resumes = moment.standing.before_block is Status.IN_PROGRESS
    return {**UNBLOCKED, **(_renewed(moment) if resumes else {})}


def _release(moment: Moment) -> Sets:
    return {"assigned_to": None, **LEASE_OVER}


def _cancel(moment: Moment) -> Sets:
    return {**UNBLOCKED, **LEASE_OVER}


def _reopen(moment: Moment) -> Sets:
    return {"progress_percent": 0, "completed_at": None, "cancel_requested": False}


def _renewed(moment: Moment) -> Sets:
    """Return the lease from now on; a beat that comes late takes nothing from one after it."""
    seconds, before = moment.standing.lease_seconds, moment.standing.task.lease_expires_at
    if seconds is None:
        return {}
    runs = moment.at + timedelta(seconds=seconds)
    return {"lease_expires_at": runs if before is None else max(before, runs)}


EFFECTS: Mapping[Verb, Callable[[Moment], Sets]] = MappingProxyType({
    Verb.START: _start,
    Verb.PROGRESS: _progress,
    Verb.COMPLETE: _complete,
    Verb.SUBMIT: _submit,
    Verb.APPROVE: _approve,
    Verb.REJECT: _renewed,
    Verb.BLOCK: _block,
    Verb.UNBLOCK: _unblock,
    Verb.RELEASE: _release,
    Verb.CANCEL: _cancel,
    Verb.REOPEN: _reopen,
})  # fmt: skip
