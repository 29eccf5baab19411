"""HTTP in, HTTP out: what is said about a task."""

from typing import Any, ClassVar

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import caller_of
from accounts.scopes import Scope
from audit.http import recording_for
from tasks import operations, reading
from tasks.comment_serializers import CommentIn, CommentOut, CommentQuery
from wire.described import described
from wire.serializers import read_body
from wire.views import Endpoint


class Comments(Endpoint):
    """The comments on a task."""

    required_scopes = {"GET": Scope.TASKS_READ, "POST": Scope.TASKS_WRITE}
    queries: ClassVar[dict[str, Any]] = {"GET": CommentQuery}

    @described(responses=CommentOut(many=True))
    def get(self, request: Request, task_id: int) -> Response:
        """List the comments on a task.

        In the order they were made, as a conversation is read; `ordering=-created_at` begins with
        the last word. Follow `Link` for more.
        """
        found = reading.comments(task_id, self.query, caller=caller_of(request))
        return Response(CommentOut(found.rows, many=True).data, headers=found.headers(request))

    @described(request=CommentIn, responses={201: CommentOut})
    def post(self, request: Request, task_id: int) -> Response:
        """Comment on a task.

        A comment stays as it was made, and is deleted with its task. The history tells that it
        was made, not what it says.
        """
        body = read_body(request, CommentIn)["body"]
        with recording_for(request) as journal:
            said = operations.comment(
                body, task_id=task_id, caller=caller_of(request), journal=journal
            )
        return Response(CommentOut(said).data, status=status.HTTP_201_CREATED)
