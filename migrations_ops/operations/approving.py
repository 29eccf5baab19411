"""Who else stands for a run? In production a second person, for exactly this request."""

from datetime import datetime, timedelta

from django.conf import settings

from audit.actions import Action
from audit.recording import Journal
from migrations_ops import parameters
from migrations_ops.errors import NotApproved
from migrations_ops.loading import Registered
from migrations_ops.models import Approval
from migrations_ops.oneshot import Oneshot
from migrations_ops.operations.people import approver
from migrations_ops.operations.previewing import check_fresh
from migrations_ops.operations.telling import TARGET
from migrations_ops.tokens import Request

LIFETIME = timedelta(hours=1)


def approve(
    found: Registered, operation: Oneshot, request: Request, *, journal: Journal
) -> Approval:
    """Let the requester have a token for exactly this, for an hour.

    Raises OwnRequest, ApproverNotPerson, StalePreview.
    """
    second = approver(journal.actor, request.binding.requester)
    check_fresh(found, operation, request.preview_digest, journal=journal)
    approval = Approval.objects.create(
        name=found.name,
        request_sha256=request.sha256(),
        requester=request.binding.requester,
        parameters=parameters.spelled(operation),
        max_rows=request.max_rows,
        preview_digest=request.preview_digest,
        code_sha256=found.code_sha256,
        approved_by=second,
        approved_at=journal.at,
        expires_at=journal.at + LIFETIME,
    )
    _record(approval, journal)
    return approval


def check_approved(request: Request, at: datetime) -> None:
    """Raise NotApproved where a second person is needed and none has approved this."""
    needed = settings.CONTRACT.env == "PROD"
    if needed and Approval.objects.valid(request.sha256(), at) is None:
        raise NotApproved(name=request.binding.operation)


def _record(approval: Approval, journal: Journal) -> None:
    journal.record(
        Action.OP_APPROVED,
        target=(TARGET, approval.name),
        context={
            "requester": approval.requester,
            "request_sha256": approval.request_sha256,
            "preview_digest": approval.preview_digest,
            "code_sha256": approval.code_sha256,
            "max_rows": approval.max_rows,
        },
    )
