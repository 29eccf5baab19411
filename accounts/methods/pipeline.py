"""Vouched for by the deploy pipeline's key in `X-Admin-API-Key`."""

import hmac

from django.conf import settings

from accounts.errors import BadCredential
from accounts.principals import Principal
from accounts.scopes import Role, Scope
from audit.actors import ActorType

HEADER = "X-Admin-API-Key"


def principal(key: str) -> Principal:
    """Return the pipeline, which may run operations and nothing else. Raises BadCredential."""
    expected = settings.CONTRACT.admin_api_key or ""
    if not (hmac.compare_digest(key.encode(), expected.encode()) and expected):
        raise BadCredential
    return Principal(
        id="sa:pipeline",
        actor_type=ActorType.SERVICE,
        role=Role.USER,
        scopes=frozenset({Scope.OPS_RUN}),
        method="admin_api_key",
    )
