"""Who is calling? The token says which one method is asked; none is tried in turn."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from django.conf import settings
from rest_framework.request import Request

from accounts.claimed import issuer_of
from accounts.errors import BadCredential
from accounts.methods import dev_bypass, external, google, own, pipeline
from accounts.principals import Principal
from accounts.tokens import BearerShell
from wire.headers import said
from wire.timing import Timed


class BearerAuthentication(BearerShell):
    """Yields the `Principal` as `request.user`, the method's name as `request.auth`."""

    def authenticate(self, request: Request) -> tuple[Principal, str] | None:  # type: ignore[override]
        """Return the caller, None when no credential came. Raises BadCredential."""
        return self.authenticate_at(request, cast("Timed", request).at)

    def authenticate_at(self, request: Request, at: datetime) -> tuple[Principal, str] | None:
        """Return who the caller is at an instant: an answer that goes on asks again."""
        key = said(request, pipeline.HEADER)
        token = self.raw_token(request)
        if key is not None and token is not None:
            raise BadCredential  # two credentials name two callers
        if key is not None:
            caller = pipeline.principal(key)
        elif token is not None:
            caller = principal_of(token, at)
        else:
            return None
        return caller, caller.method


def principal_of(token: str, at: datetime) -> Principal:
    """Return who the token speaks of, asking the method it names.

    Raises BadCredential, and KeySourceUnavailable when an outside method has no keys to judge by.
    """
    if token.startswith(dev_bypass.PREFIX):
        return dev_bypass.principal(token, at)
    method = _method_of(issuer_of(token))
    if method is None:
        raise BadCredential
    return method(token, at)


def _method_of(issuer: str | None) -> Callable[[str, datetime], Principal] | None:
    """Choose by the issuer a token claims: each has one method, or none where it is not set up."""
    contract = settings.CONTRACT
    if issuer is None:
        return None
    if issuer == contract.base_url:
        return own.principal
    if contract.gc_oauth_audience and issuer in google.ISSUERS:
        return google.principal
    return external.principal if issuer == contract.auth_server_url else None
