"""HTTP in, HTTP out: what is asked before a run."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scopes import Scope
from migrations_ops import asking
from migrations_ops.asking import Wish
from migrations_ops.serializers import (
    ApprovalIn,
    ApprovalOut,
    PermitIn,
    PermitOut,
    PreviewOut,
    PreviewQuery,
)
from migrations_ops.views import GONE, STALE, OperatorEndpoint
from wire.described import described
from wire.serializers import StrictSerializer, read_body


class MigrationPreview(OperatorEndpoint):
    """What a run would do."""

    required_scopes = {"GET": Scope.OPS_RUN}
    tagged = frozenset()
    queries: ClassVar[Mapping[str, type[StrictSerializer]]] = {"GET": PreviewQuery}

    @described(responses={200: PreviewOut, 410: GONE})
    def get(self, request: Request, name: str) -> Response:
        """Preview an operation: how many rows, and some of them before and after.

        The work is done on them and taken back. Recorded, since rows are shown.
        """
        shown = asking.look(name, self.query.get("parameters", {}), self.caller(request))
        return Response(PreviewOut(shown).data)


class MigrationToken(OperatorEndpoint):
    """The right to run one operation."""

    required_scopes = {"POST": Scope.OPS_RUN}

    @described(request=PermitIn, responses={200: PermitOut, 410: GONE})
    def post(self, request: Request, name: str) -> Response:
        """Mint a migration token: the right of this caller to run this operation one time.

        Bound to the operation, the present wording of its code, the parameters, the environment,
        the largest number of rows, the preview seen, and the caller. In production the preview is
        required, and a second person's approval of exactly this request (403 `not_approved`).
        """
        wish = wished(read_body(request, PermitIn))
        permit, token = asking.mint(name, wish, self.caller(request))
        minted = {
            "token": token,
            "expires_in": settings.CONTRACT.migration_token_seconds,
            "operation": name,
            "code_sha256": permit.binding.code_sha256,
            "preview_digest": permit.preview_digest,
        }
        return Response(PermitOut(minted).data)


class MigrationApproval(OperatorEndpoint):
    """A second person's word."""

    required_scopes = {"POST": Scope.OPS_APPROVE}

    @described(request=ApprovalIn, responses={200: ApprovalOut, 410: GONE, 412: STALE})
    def post(self, request: Request, name: str) -> Response:
        """Approve exactly what somebody else wants to run; good for an hour.

        For people who act for themselves (403 `approver_not_a_person`), and never for one's own
        request (403 `own_request`). 412 `stale_preview` when the rows have changed since.
        """
        body = read_body(request, ApprovalIn)
        approval = asking.approve(
            name, wished(body), self.caller(request), requester=body["requester"]
        )
        return Response(ApprovalOut(approval).data)


def wished(body: Mapping[str, Any]) -> Wish:
    """Return what a body wants to run."""
    return Wish(
        parameters=body.get("parameters", {}),
        max_rows=body.get("max_rows"),
        preview_digest=body.get("preview_digest"),
    )
