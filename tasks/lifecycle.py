"""Which steps does a task's life have? The one table behind code, docs and tests. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from types import MappingProxyType

from audit.actions import Action


class Status(StrEnum):
    """Where a task is in its life."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    REVIEW = "review"
    COMPLETED = "completed"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"


class Verb(StrEnum):
    """What moves it on."""

    START = "start"
    PROGRESS = "progress"
    COMPLETE = "complete"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    BLOCK = "block"
    UNBLOCK = "unblock"
    RELEASE = "release"
    CANCEL = "cancel"
    REOPEN = "reopen"


class By(Enum):
    """Who may take a step."""

    ANYBODY = auto()
    HOLDER = auto()  # or who rules over the project; anybody while nobody holds the task
    REVIEWER = auto()  # a person who did not do the work


# Somebody works on it, or waits for the verdict on that work.
HELD = frozenset({Status.IN_PROGRESS, Status.REVIEW})
CLOSED = frozenset({Status.COMPLETED, Status.CANCELLED})
OPEN = frozenset(Status) - CLOSED


@dataclass(frozen=True, slots=True)
class Step:
    """From where, to where (None: to where it was before it was blocked), and who may.

    `needs` names what has to be said with it. A fenced step takes the fence its caller holds, so
    that a late one is noticed.
    """

    sources: frozenset[Status]
    target: Status | None
    by: By
    action: Action
    needs: str | None = None
    fenced: bool = False
    refused: str = "Cannot {verb} task with status '{status}'"


STEPS: Mapping[Verb, Step] = MappingProxyType({
    Verb.START: Step(
        frozenset({Status.PENDING}), Status.IN_PROGRESS, By.ANYBODY, Action.TASK_STARTED
    ),
    Verb.PROGRESS: Step(
        frozenset({Status.IN_PROGRESS}), Status.IN_PROGRESS, By.HOLDER, Action.TASK_PROGRESSED,
        needs="percent", fenced=True, refused="Task must be in_progress",
    ),
    Verb.COMPLETE: Step(
        HELD, Status.COMPLETED, By.HOLDER, Action.TASK_COMPLETED, fenced=True
    ),
    Verb.SUBMIT: Step(
        frozenset({Status.IN_PROGRESS}), Status.REVIEW, By.HOLDER, Action.TASK_SUBMITTED,
        fenced=True,
    ),
    Verb.APPROVE: Step(
        frozenset({Status.REVIEW}), Status.COMPLETED, By.REVIEWER, Action.TASK_APPROVED
    ),
    Verb.REJECT: Step(
        frozenset({Status.REVIEW}), Status.IN_PROGRESS, By.REVIEWER, Action.TASK_REJECTED,
        needs="reason",
    ),
    Verb.BLOCK: Step(
        HELD | {Status.PENDING}, Status.BLOCKED, By.HOLDER, Action.TASK_BLOCKED,
        needs="reason",
    ),
    Verb.UNBLOCK: Step(frozenset({Status.BLOCKED}), None, By.HOLDER, Action.TASK_UNBLOCKED),
    Verb.RELEASE: Step(
        frozenset({Status.IN_PROGRESS}), Status.PENDING, By.HOLDER, Action.TASK_RELEASED,
        fenced=True,
    ),
    Verb.CANCEL: Step(OPEN, Status.CANCELLED, By.HOLDER, Action.TASK_CANCELLED),
    Verb.REOPEN: Step(CLOSED, Status.PENDING, By.ANYBODY, Action.TASK_REOPENED),
})  # fmt: skip


def refusal(verb: Verb, status: Status) -> str | None:
    """Return why the step cannot be taken from there, None when it can."""
    step = STEPS[verb]
    return None if status in step.sources else step.refused.format(verb=verb, status=status)


def verb_between(
    source: Status, target: Status, *, before_block: Status | None, holds: bool
) -> Verb | None:
    """Return the verb that leads from one status to another, None when none does.

    From review to completed lead two: a holder completes, anybody else approves.
    """
    fitting = [
        verb
        for verb, step in STEPS.items()
        if source in step.sources and (step.target or before_block) is target is not source
    ]
    return None if not fitting else fitting[0] if holds else fitting[-1]
