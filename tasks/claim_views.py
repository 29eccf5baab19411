"""HTTP in, HTTP out: what to do next."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import caller_of
from accounts.scopes import Scope
from audit.http import recording_for
from tasks import operations, reading
from tasks.claim_serializers import ClaimIn, NextQuery
from tasks.ready import Wanted
from tasks.rows import TaskRow
from tasks.serializers import TaskOut
from wire.described import described
from wire.serializers import read_body
from wire.views import Endpoint

RETRY_AFTER_SECONDS = 5
ANSWERS = {200: TaskOut, 204: OpenApiResponse(description="Nothing is ready.")}
RETRY_AFTER = OpenApiParameter(
    "Retry-After", int, OpenApiParameter.HEADER, response=[204],
    description="Seconds to wait before asking again.",
)  # fmt: skip


class Claim(Endpoint):
    """The next ready task, taken."""

    required_scopes = {"POST": Scope.TASKS_WRITE}
    tagged = frozenset({"POST"})

    @described(request=ClaimIn, responses=ANSWERS, parameters=[RETRY_AFTER])
    def post(self, request: Request) -> Response:
        """Claim the next ready task.

        Ready is what is pending, unassigned or assigned to the caller, and waits for nothing; and
        what somebody holds whose lease has lapsed. Priority counts first, then the due date, then
        age. Whoever calls at the same instant gets another task. The caller holds it as after
        `start`. 204 when nothing is ready.
        """
        asked = {name: value for name, value in read_body(request, ClaimIn).items() if value}
        lease_seconds = asked.pop("lease_seconds", None)
        try:
            with recording_for(request, lazily=True) as journal:
                task = operations.claim(
                    Wanted(**asked),
                    caller=caller_of(request),
                    journal=journal,
                    lease_seconds=lease_seconds,
                )
        except operations.NothingReady:
            return answer(None)
        return answer(task)


class Next(Endpoint):
    """The next ready task, looked at."""

    required_scopes = {"GET": Scope.TASKS_READ}
    queries: ClassVar[dict[str, Any]] = {"GET": NextQuery}

    @described(responses=ANSWERS, parameters=[RETRY_AFTER])
    def get(self, request: Request) -> Response:
        """Show the task that a claim would take now, without taking it.

        204 when nothing is ready.
        """
        return answer(
            reading.next_task(Wanted(**self.query), caller=caller_of(request), at=self.at)
        )


def answer(task: TaskRow | None) -> Response:
    """Answer with the task, or with when to ask again."""
    if task is None:
        return Response(
            status=status.HTTP_204_NO_CONTENT, headers={"Retry-After": str(RETRY_AFTER_SECONDS)}
        )
    return Response(TaskOut(task).data)
