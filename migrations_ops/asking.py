"""What is asked before a run? What it would do, a second person's word, and a token."""

from dataclasses import dataclass

from django.conf import settings

from migrations_ops import operations, parameters, registry, tokens
from migrations_ops.calling import Caller, refusals_told
from migrations_ops.loading import Registered
from migrations_ops.models import Approval
from migrations_ops.oneshot import Oneshot
from migrations_ops.operations import Preview
from migrations_ops.operations.working import end_when_frozen, failures_named
from migrations_ops.parameters import Given
from migrations_ops.tokens import Binding, Permit, Request
from wire.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants a token, or another person's approval, for."""

    parameters: Given
    max_rows: int | None = None
    preview_digest: str | None = None


def look(name: str, given: Given, caller: Caller) -> Preview:
    """Return what a run would do. Raises NoSuchOneshot, Tombstoned, InvalidInput, WorkFailed."""
    with refusals_told(name, caller):
        found = registry.shipped.find(name)
        operation = parameters.read(found.kind, given)
        with caller.begin() as journal:
            end_when_frozen()
            with failures_named(found.name):
                shown = operations.preview(found, operation, journal=journal)
            operations.record_preview(found, shown, journal=journal)
        return shown


def mint(name: str, wish: Wish, caller: Caller) -> tuple[Permit, str]:
    """Return a permit and its token. Raises NoSuchOneshot, Tombstoned, InvalidInput, NotApproved.

    In production only what a second person has approved, preview and all.
    """
    with refusals_told(name, caller):
        found, operation = _asked(name, wish)
        permit = tokens.permit(
            binding(found, caller.id),
            operation,
            max_rows=_max_rows(found, wish),
            preview_digest=wish.preview_digest,
            at=caller.at,
        )
        operations.check_approved(permit.request, caller.at)
        token = tokens.sign(permit, caller.at)
        with caller.begin() as journal:
            operations.record_minted(permit, journal=journal)
        return permit, token


def approve(name: str, wish: Wish, caller: Caller, *, requester: str) -> Approval:
    """Approve what somebody else wants to do.

    Raises NoSuchOneshot, Tombstoned, InvalidInput, OwnRequest, ApproverNotPerson, StalePreview.
    """
    with refusals_told(name, caller):
        found, operation = _asked(name, wish)
        request = Request(
            binding=binding(found, requester),
            parameters_sha256=parameters.digest(operation),
            max_rows=_max_rows(found, wish),
            preview_digest=wish.preview_digest or "",
        )
        with caller.begin() as journal:
            end_when_frozen()
            return operations.approve(found, operation, request, journal=journal)


def binding(found: Registered, requester: str, code_sha256: str = "") -> Binding:
    """Return what a token for the operation has to say here and now."""
    return Binding(
        operation=found.name,
        requester=requester,
        environment=str(settings.CONTRACT.env),
        code_sha256=code_sha256 or found.code_sha256,
    )


def _asked(name: str, wish: Wish) -> tuple[Registered, Oneshot]:
    found = registry.shipped.find(name)
    if settings.CONTRACT.env == "PROD" and wish.preview_digest is None:
        raise InvalidInput.at("/preview_digest", "In production it is required.", "required")
    return found, parameters.read(found.kind, wish.parameters)


def _max_rows(found: Registered, wish: Wish) -> int:
    if wish.max_rows is None:
        return found.kind.max_rows
    if wish.max_rows > found.kind.max_rows:
        message = f"The operation itself allows {found.kind.max_rows}."
        raise InvalidInput.at("/max_rows", message, "max_value")
    return wish.max_rows
