"""Who is calling? The token says which one method is asked; none is tried in turn."""

from base64 import urlsafe_b64decode
from datetime import datetime
from typing import cast

from django.conf import settings
from rest_framework.request import Request

from accounts.errors import BadCredential
from accounts.methods import dev_bypass, own, pipeline
from accounts.principals import Principal
from accounts.tokens import BearerShell
from wire.strict_json import NotStrictJson, loads
from wire.timing import Timed


class BearerAuthentication(BearerShell):
    """Yields the `Principal` as `request.user`, the method's name as `request.auth`."""

    def authenticate(self, request: Request) -> tuple[Principal, str] | None:  # type: ignore[override]
        """Return the caller, None when no credential came. Raises BadCredential."""
        key = request.headers.get(pipeline.HEADER)
        token = self.raw_token(request)
        if key is not None and token is not None:
            raise BadCredential  # two credentials name two callers
        if key is not None:
            caller = pipeline.principal(key)
        elif token is not None:
            caller = principal_of(token, cast("Timed", request).at)
        else:
            return None
        return caller, caller.method


def principal_of(token: str, at: datetime) -> Principal:
    """Return who the token speaks of, asking the method it names. Raises BadCredential."""
    if token.startswith(dev_bypass.PREFIX):
        return dev_bypass.principal(token, at)
    if claimed_issuer(token) == settings.CONTRACT.base_url:
        return own.principal(token, at)
    raise BadCredential


def claimed_issuer(token: str) -> str | None:
    """Return the `iss` a token claims, for routing only: nothing has been verified yet."""
    try:
        _, payload, _ = token.split(".")
        claims = loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, NotStrictJson):
        return None
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    return issuer if isinstance(issuer, str) else None
