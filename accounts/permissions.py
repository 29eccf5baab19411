"""Who may? A view names the scope of each method; what it does not name is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.principals import Principal
from accounts.scopes import ANYBODY, SIGNED_IN, Scope
from audit.actions import Action, Outcome
from audit.http import recording_for

if TYPE_CHECKING:  # at run time the views module is what imports this one, through the settings
    from rest_framework.views import APIView

# Refusals on these routes are worth an entry of their own.
OPERATOR_SCOPES = frozenset(
    {Scope.OPS_RUN, Scope.OPS_APPROVE, Scope.KEYS_MANAGE, Scope.ACCOUNTS_MANAGE, Scope.AUDIT_READ}
)


class HoldsDeclaredScope(BasePermission):
    """Compare the caller's scopes with the view's `required_scopes`."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether the caller may. Raises MethodNotAllowed for what the view has not."""
        method = "GET" if request.method == "HEAD" else (request.method or "")
        if method.lower() not in view.http_method_names or not hasattr(view, method.lower()):
            raise MethodNotAllowed(method)
        needed = getattr(view, "required_scopes", {}).get(method)
        if needed == ANYBODY:
            return True
        caller: object = request.user
        if not isinstance(caller, Principal) or needed is None:
            return False
        if needed == SIGNED_IN or caller.may(needed):
            return True
        if needed in OPERATOR_SCOPES:
            _record_refusal(request, needed)
        return False


def caller_of(request: Request) -> Principal:
    """Return the caller of a route that nobody reaches without a credential."""
    return cast("Principal", request.user)


def _record_refusal(request: Request, needed: str) -> None:
    with recording_for(request) as journal:
        journal.record(
            Action.ACCESS_DENIED,
            target=("route", request.path[:255]),
            context={"method": request.method, "needed": needed},
            outcome=Outcome.DENIED,
        )
