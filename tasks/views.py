"""HTTP in, HTTP out: the board."""

from typing import Any, ClassVar

from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import caller_of
from accounts.scopes import Scope
from audit.http import recording_for
from audit.serializers import EntryOut, TrailQuery
from audit.views import trail
from tasks import history, listing, operations, reading
from tasks.lifecycle import Status
from tasks.rows import TaskRow
from tasks.serializers import SubtaskQuery, TaskIn, TaskOut, TaskPatch, TaskQuery
from tasks.sight import Sight
from tasks.spelling import SpelledTask
from wire.described import described
from wire.entity_tags import expectation
from wire.errors import InvalidInput
from wire.pages import Page
from wire.renderers import Spelled
from wire.serializers import read_body
from wire.views import Endpoint

SCOPES = {
    "GET": Scope.TASKS_READ,
    "POST": Scope.TASKS_WRITE,
    "PATCH": Scope.TASKS_WRITE,
    "DELETE": Scope.TASKS_WRITE,
}


class Tasks(Endpoint):
    """All tasks the caller may see."""

    required_scopes = SCOPES
    tagged = frozenset({"POST"})
    queries: ClassVar[dict[str, Any]] = {"GET": TaskQuery}

    @described(responses=TaskOut(many=True))
    def get(self, request: Request) -> Response:
        """List tasks.

        Newest first, unless `ordering` says otherwise; tasks without the key come last both ways.
        The filters narrow the list together. Follow `Link` for more.
        """
        found = listing.find(self.query, caller=caller_of(request), at=self.at)
        return listed(found, request)

    @described(request=TaskIn, responses={201: TaskOut})
    def post(self, request: Request) -> Response:
        """Create a task.

        It begins as `pending`. A subtask comes into the project of its parent unless it names one.
        404 for a project that the caller is not in.
        `Location` tells where the task is.
        """
        return created(request, read_body(request, TaskIn))


class OneTask(Endpoint):
    """One task."""

    required_scopes = SCOPES
    tagged = frozenset({"GET", "PATCH"})
    heeds_if_match = True

    @described(responses=TaskOut)
    def get(self, request: Request, task_id: int) -> Response:
        """Show a task."""
        return Response(Spelled(reading.shown(task_id, caller=caller_of(request)).text))

    @described(request=TaskPatch, responses=TaskOut)
    def patch(self, request: Request, task_id: int) -> Response:
        """Change members of a task.

        Absent members stay as they are, null clears. A `status` must be one step away and does
        what that step's own route does, before the other members change. Naming another
        `assigned_to` while somebody holds the task passes it on at once and raises its fence.
        """
        edits = read_body(request, TaskPatch)
        target, reason = edits.pop("status", None), edits.pop("reason", None)
        try:
            with recording_for(request) as journal:
                task = operations.edit(
                    edits,
                    task_id=task_id,
                    caller=caller_of(request),
                    journal=journal,
                    status=None if target is None else Status(target),
                    reason=reason,
                    expected=expectation(request, TaskOut),
                )
        except operations.Unchanged as unchanged:
            task = unchanged.found
        return Response(TaskOut(task).data)

    @described(responses={204: OpenApiResponse(description="Deleted.")})
    def delete(self, request: Request, task_id: int) -> Response:
        """Delete a task.

        For its creator, owners of its project and administrators: for people, and not while it has
        subtasks or others depend on it. Its history stays in the audit.
        """
        with recording_for(request) as journal:
            operations.delete(
                task_id=task_id,
                caller=caller_of(request),
                journal=journal,
                expected=expectation(request, TaskOut),
            )
        return Response(status=status.HTTP_204_NO_CONTENT)


class Subtasks(Endpoint):
    """The children of a task."""

    required_scopes = SCOPES
    tagged = frozenset({"POST"})
    queries: ClassVar[dict[str, Any]] = {"GET": SubtaskQuery}

    @described(responses=TaskOut(many=True))
    def get(self, request: Request, task_id: int) -> Response:
        """List a task's subtasks.

        Newest first, unless `ordering` says otherwise.
        """
        found = reading.subtasks(task_id, self.query, caller=caller_of(request), at=self.at)
        return listed(found, request)

    @described(request=TaskIn, responses={201: TaskOut})
    def post(self, request: Request, task_id: int) -> Response:
        """Create a subtask.

        As creating a task, with the parent taken from the path.
        """
        reading.get(task_id, caller=caller_of(request))
        body = read_body(request, TaskIn)
        if body.get("parent_id") not in {None, task_id}:
            raise InvalidInput.at("/parent_id", "The path names another parent.", "mismatch")
        return created(request, {**body, "parent_id": task_id})


class History(Endpoint):
    """What happened to a task."""

    required_scopes = {"GET": Scope.TASKS_READ}
    queries: ClassVar[dict[str, Any]] = {"GET": TrailQuery}

    @described(responses=EntryOut(many=True))
    def get(self, request: Request, task_id: int) -> Response:
        """Show who did what to a task, newest first.

        For everybody who may see the task; without what is out of the caller's sight, such as
        what happened while it was in another project. An entry that lacks something has no
        `leaf_hash`. The history of a deleted task is in `/api/audit`.
        """
        reading.get(task_id, caller=caller_of(request))
        sight = Sight.of(caller_of(request))
        entries = history.entries_of(task_id, sight)
        return trail(entries, self.query, request, lambda found: history.narrowed(found, sight))


def listed(found: Page[SpelledTask], request: Request) -> Response:
    """Answer with a page of tasks."""
    text = Spelled(f"[{','.join(task.text for task in found.rows)}]")
    return Response(text, headers=found.headers(request))


def created(request: Request, body: dict[str, Any]) -> Response:
    """Make the task a body describes; answer with it and with where it is."""
    members = {name: value for name, value in body.items() if name != "status"}
    with recording_for(request, lazily=True) as journal:
        task: TaskRow = operations.create(
            operations.Draft(**members), caller=caller_of(request), journal=journal
        )
    where = {"Location": reverse("task", "tasks.urls", args=[task.id])}
    return Response(TaskOut(task).data, status=status.HTTP_201_CREATED, headers=where)
