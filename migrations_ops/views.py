"""HTTP in, HTTP out: one-shot operations."""

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, cast

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.principals import Principal
from accounts.scopes import Scope
from audit.http import recording_for
from migrations_ops import runner, states
from migrations_ops.serializers import (
    MigrationDetailOut,
    MigrationOut,
    MigrationQuery,
    PermitIn,
    PermitOut,
    RunIn,
    RunOut,
)
from wire.serializers import StrictSerializer, read_body
from wire.views import Endpoint

HEADER = "X-Migration-Token"
TOKEN = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="A migration token of `POST /api/admin/migrations/{name}/token`, the used one too.",
)
GONE = OpenApiResponse(
    {"$ref": "#/components/schemas/Problem"},
    "The operation has done its work and was removed; the sentence holds its receipt.",
)


class OperatorEndpoint(Endpoint):
    """A route for those who run operations."""

    required_scopes = {"GET": Scope.OPS_RUN, "POST": Scope.OPS_RUN}
    # They hold tokens, and a run's own marker makes repeating the call safe.
    keeps_replies = False

    def caller(self, request: Request) -> runner.Caller:
        """Return who calls, as the runner knows callers."""
        caller = cast("Principal", request.user)
        return runner.Caller(id=caller.id, at=self.at, begin=partial(recording_for, request))


class Migrations(OperatorEndpoint):
    """The one-shot operations."""

    required_scopes = {"GET": Scope.OPS_RUN}
    queries: ClassVar[Mapping[str, type[StrictSerializer]]] = {"GET": MigrationQuery}

    @extend_schema(responses=MigrationOut(many=True))
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

    @extend_schema(responses={200: MigrationDetailOut, 410: GONE})
    def get(self, request: Request, name: str) -> Response:
        """Show an operation, its run and its history."""
        return Response(MigrationDetailOut(states.detail(name)).data)

    @extend_schema(request=RunIn, parameters=[TOKEN], responses={200: RunOut, 410: GONE})
    def post(self, request: Request, name: str) -> Response:
        """Run an operation, once and for all.

        Does all the work in one transaction, or nothing. Whoever calls again, at the same moment
        or years later, is told of the first run (`already ran`) and changes nothing, so a call
        that got no answer can safely be repeated with the same token, even an expired one.
        409 `already_running`: another call is at work; repeat this one.
        """
        body = read_body(request, RunIn)
        outcome = runner.run(
            name,
            self.caller(request),
            token=request.headers.get(HEADER, ""),
            given=body.get("parameters"),
        )
        return Response(RunOut(outcome).data)


class MigrationToken(OperatorEndpoint):
    """The right to run one operation."""

    required_scopes = {"POST": Scope.OPS_RUN}

    @extend_schema(request=PermitIn, responses={200: PermitOut, 410: GONE})
    def post(self, request: Request, name: str) -> Response:
        """Mint a migration token: the right of this caller to run this operation one time.

        Bound to the operation, the present wording of its code, the parameters, the environment,
        the largest number of rows, and the caller.
        """
        body: dict[str, Any] = read_body(request, PermitIn)
        wish = runner.Wish(
            parameters=body.get("parameters", {}),
            max_rows=body.get("max_rows"),
            preview_digest=body.get("preview_digest"),
        )
        permit, token = runner.mint(name, wish, self.caller(request))
        minted = {
            "token": token,
            "expires_in": settings.CONTRACT.migration_token_seconds,
            "operation": name,
            "code_sha256": permit.binding.code_sha256,
            "preview_digest": permit.preview_digest,
        }
        return Response(PermitOut(minted).data)
