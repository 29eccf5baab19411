"""HTTP in, HTTP out: one route for each verb of the lifecycle."""

from inspect import cleandoc
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import caller_of
from accounts.scopes import Scope
from audit.http import recording_for
from tasks import operations
from tasks.lifecycle import Verb
from tasks.serializers import (
    HolderIn,
    NoteIn,
    Nothing,
    OptionalReasonIn,
    ProgressIn,
    ProgressMembers,
    ReasonIn,
    StartIn,
    TaskOut,
)
from wire.described import described
from wire.entity_tags import expectation
from wire.errors import Fault, InvalidInput
from wire.serializers import StrictSerializer, read_body
from wire.views import Endpoint


class TakeStep(Endpoint):
    """A step of the lifecycle; which one and with what body, its subclasses say."""

    required_scopes = {"POST": Scope.TASKS_WRITE}
    tagged = frozenset({"POST"})
    heeds_if_match = True
    verb: ClassVar[Verb]
    body: ClassVar[type[StrictSerializer]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Describe the route by the subclass's own docstring and body."""
        super().__init_subclass__(**kwargs)
        about = cleandoc(cls.__doc__ or "")
        described(request=cls.body, responses=TaskOut, description=about)(cls)

    def post(self, request: Request, task_id: int) -> Response:
        """Take the step and answer with the whole task."""
        asked = operations.Asked(**self.read(request))
        with recording_for(request, lazily=True) as journal:
            task = operations.take_step(
                self.verb,
                task_id=task_id,
                caller=caller_of(request),
                journal=journal,
                asked=asked,
                expected=expectation(request, TaskOut),
            )
        return Response(TaskOut(task).data)

    def read(self, request: Request) -> dict[str, Any]:
        """Return what is said beside the verb."""
        return read_body(request, self.body)


class Start(TakeStep):
    """Start a pending task.

    The caller becomes its holder and its fence grows. An agent holds it for a lease, which
    progress renews; people hold without one unless they ask for `lease_seconds`.
    409 when it is assigned to somebody else or what it depends on is not completed.
    """

    verb = Verb.START
    body = StartIn


class Progress(TakeStep):
    """Report progress on a task.

    For its holder. This is the heartbeat too: it renews the lease, and the answer tells
    `lease_expires_at` and `cancel_requested`. The members may stand in the query instead.
    409 `stale_fence` when the task has passed to another since.
    """

    verb = Verb.PROGRESS
    body = ProgressIn
    queries: ClassVar[dict[str, Any]] = {"POST": ProgressMembers}

    def read(self, request: Request) -> dict[str, Any]:
        """Return body and query together. Raises InvalidInput where they differ."""
        body, query = read_body(request, ProgressMembers), self.query
        differing = sorted(name for name in body.keys() & query.keys() if body[name] != query[name])
        if differing:
            raise InvalidInput([
                Fault(f"/{name}", "Body and query say different things.", "mismatch")
                for name in differing
            ])  # fmt: skip
        return {**query, **body}


class Complete(TakeStep):
    """Complete a task.

    For its holder, from `in_progress` or `review`. 409 `subtasks_open` while a subtask is open,
    `review_required` where the project lets nothing be completed without approval.
    """

    verb = Verb.COMPLETE
    body = HolderIn


class Submit(TakeStep):
    """Submit a task for review.

    For its holder. The lease ends; somebody else approves or rejects.
    """

    verb = Verb.SUBMIT
    body = HolderIn


class Approve(TakeStep):
    """Approve the work on a task, which completes it.

    For a person who did not do the work: 403 `own_work` for whoever did, and agents never judge.
    """

    verb = Verb.APPROVE
    body = NoteIn


class Reject(TakeStep):
    """Reject the work on a task, which goes back to its holder.

    For a person who did not do the work. The reason stands in the history.
    """

    verb = Verb.REJECT
    body = ReasonIn


class Block(TakeStep):
    """Block a task that cannot go on.

    The reason becomes its `blocked_reason`.
    """

    verb = Verb.BLOCK
    body = ReasonIn


class Unblock(TakeStep):
    """Unblock a task, which goes back to where it was."""

    verb = Verb.UNBLOCK
    body = Nothing


class Release(TakeStep):
    """Release a task for others to take.

    For its holder. It is pending and assigned to nobody afterwards; its progress stays.
    """

    verb = Verb.RELEASE
    body = HolderIn


class Cancel(TakeStep):
    """Cancel a task that is neither completed nor cancelled.

    While somebody holds it, that is for the holder and project owners; its creator asks by
    `cancel_requested`.
    """

    verb = Verb.CANCEL
    body = OptionalReasonIn


class Reopen(TakeStep):
    """Reopen a completed or cancelled task.

    It is pending again, at 0 %. 409 `parent_completed` under a completed parent.
    """

    verb = Verb.REOPEN
    body = OptionalReasonIn


STEP_VIEWS = (
    *(Start, Progress, Complete, Submit, Approve, Reject),
    *(Block, Unblock, Release, Cancel, Reopen),
)
