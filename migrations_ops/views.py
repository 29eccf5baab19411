"""HTTP in, HTTP out: one-shot operations and their runs."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import ClassVar, cast

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.principals import Principal
from accounts.scopes import Scope
from audit.http import recording_for
from migrations_ops import runner, states
from migrations_ops.calling import Caller
from migrations_ops.models import Run, Status
from migrations_ops.pump import Pace
from migrations_ops.serializers import (
    MigrationDetailOut,
    MigrationOut,
    MigrationQuery,
    NoBody,
    RunIn,
    RunOut,
    RunUnderWayOut,
)
from wire.described import described
from wire.serializers import StrictSerializer, read_body
from wire.views import Endpoint

PROBLEM = {"$ref": "#/components/schemas/Problem"}
GONE = OpenApiResponse(
    PROBLEM, "The operation has done its work and was removed; `receipt` is what proves it."
)
STALE = OpenApiResponse(PROBLEM, "What the preview showed is no longer so: look again.")
UNDER_WAY = OpenApiResponse(RunUnderWayOut, "Not done yet: call again after `Retry-After`.")
HEADER = "X-Migration-Token"
RETRY_SECONDS = 1
TOKEN = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="A migration token of `POST /api/admin/migrations/{name}/token`, the used one too.",
)
RETRY_AFTER = OpenApiParameter(
    "Retry-After",
    int,
    OpenApiParameter.HEADER,
    description="Seconds to wait before the next call; absent while the run is paused.",
    response=[202],
)


class OperatorEndpoint(Endpoint):
    """A route for those who run operations."""

    required_scopes = {"GET": Scope.OPS_RUN, "POST": Scope.OPS_RUN}
    # They hold tokens, and a run's own marker makes repeating the call safe.
    keeps_replies = False

    def caller(self, request: Request) -> Caller:
        """Return who calls, as the runner knows callers."""
        caller = cast("Principal", request.user)
        return Caller(
            id=caller.on_behalf_of or caller.id, at=self.at, begin=partial(recording_for, request)
        )


class Migrations(OperatorEndpoint):
    """The one-shot operations."""

    required_scopes = {"GET": Scope.OPS_RUN}
    queries: ClassVar[Mapping[str, type[StrictSerializer]]] = {"GET": MigrationQuery}

    @described(responses=MigrationOut(many=True))
    def get(self, request: Request) -> Response:
        """List the operations, in the order they were written, and how they stand."""
        found = states.overview()
        offset, limit = (
            self.query.get("offset", 0),
            self.query.get("limit", settings.CONTRACT.page_size),
        )
        total = {"X-Total-Count": str(len(found))} if self.query.get("count") else {}
        shown = found[offset : offset + limit]
        return Response(MigrationOut(shown, many=True).data, headers=total)


class Migration(OperatorEndpoint):
    """One operation."""

    @described(responses={200: MigrationDetailOut, 410: GONE})
    def get(self, request: Request, name: str) -> Response:
        """Show an operation, its run and its history."""
        return Response(MigrationDetailOut(states.detail(name)).data)

    @described(
        request=RunIn,
        parameters=[TOKEN, RETRY_AFTER],
        responses={200: RunOut, 202: UNDER_WAY, 410: GONE, 412: STALE},
    )
    def post(self, request: Request, name: str) -> Response:
        """Run an operation, once and for all.

        A small operation does all its work in one transaction, or nothing. A large one does it in
        batches, for some 20 seconds a call: 202 and `Retry-After` until it is done, and the same
        call goes on with it. Whoever calls again, at the same moment or years later, is told of
        the first run (`already ran`) and changes nothing, so a call that got no answer can safely
        be repeated with the same token, even an expired one once the run is done.
        409 `already_running`: another call is at work; repeat this one. 409 `paused`,
        `cancelled`: somebody has halted the run. 409 `work_failed`, `too_many_rows`,
        `rows_remain`: the last step was undone; calling again repeats that step.
        """
        body = read_body(request, RunIn)
        outcome = runner.run(
            name,
            self.caller(request),
            token=request.headers.get(HEADER, ""),
            given=body.get("parameters"),
            pace=Pace(budget=settings.CONTRACT.oneshot_seconds),
        )
        if outcome.run.status == Status.DONE:
            return Response(RunOut(outcome).data)
        wait = {} if outcome.run.status == Status.PAUSED else {"Retry-After": str(RETRY_SECONDS)}
        return Response(RunUnderWayOut(outcome.run).data, status=202, headers=wait)


class Halt(OperatorEndpoint):
    """What may be done to a run from outside."""

    required_scopes = {"POST": Scope.OPS_RUN}
    act: ClassVar[Callable[[str, Caller], Run]]

    def halted(self, request: Request, name: str) -> Response:
        """Do it, and show how the operation stands."""
        read_body(request, NoBody)
        type(self).act(name, self.caller(request))
        return Response(MigrationOut(states.brief(name)).data)


class Pause(Halt):
    """A run's rest."""

    act = runner.pause

    @described(request=NoBody, responses={200: MigrationOut, 410: GONE})
    def post(self, request: Request, name: str) -> Response:
        """Pause a run: whoever is at work ends at most the batch that is under way."""
        return self.halted(request, name)


class Resume(Halt):
    """A run's rest, ended."""

    act = runner.resume

    @described(request=NoBody, responses={200: MigrationOut, 410: GONE})
    def post(self, request: Request, name: str) -> Response:
        """Let a paused or failed run go on, by whoever calls with a token."""
        return self.halted(request, name)


class Cancel(Halt):
    """A run's end before its time."""

    act = runner.cancel

    @described(request=NoBody, responses={200: MigrationOut, 410: GONE})
    def post(self, request: Request, name: str) -> Response:
        """End a run for ever, or see to it that there will be none.

        What was done is kept. The `receipt` then is a signed cancellation, which lets the file be
        deleted as a receipt does.
        """
        return self.halted(request, name)
