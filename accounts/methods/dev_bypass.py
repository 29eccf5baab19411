"""Vouched for by the developer's own word: LOCAL, and DEV behind a secret. Never PROD."""

import hmac
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.errors import BadCredential
from accounts.models import HANDLE, normal_handle
from accounts.principals import Principal
from accounts.scopes import ROLE_SCOPES, Role
from accounts.standing import REGISTRY
from audit.actors import ActorType

PREFIX = "dev:"


def principal(token: str, at: datetime) -> Principal:
    """Return who `dev:<handle>` or `dev:<secret>:<handle>` names. Raises BadCredential."""
    contract = settings.CONTRACT
    local = contract.env == "LOCAL"
    if not contract.allow_dev_auth_bypass or contract.env == "PROD":
        raise BadCredential
    handle = _handle(token.removeprefix(PREFIX) if local else _after_secret(token))
    standing = REGISTRY.standing(handle, "", at)
    if standing is None and local:
        return Principal(
            id=handle,
            actor_type=ActorType.HUMAN,
            role=Role.USER,
            scopes=ROLE_SCOPES[Role.USER],
            method="dev_bypass",
        )
    if standing is None or not standing.active:
        raise BadCredential
    return Principal(
        id=handle,
        actor_type=standing.actor_type,
        role=standing.role,
        scopes=standing.scopes,
        method="dev_bypass",
    )


def _after_secret(token: str) -> str:
    secret, _, handle = token.removeprefix(PREFIX).rpartition(":")
    expected = settings.CONTRACT.dev_bypass_secret or ""
    # As bytes: compare_digest raises TypeError for text outside ASCII.
    same = hmac.compare_digest(secret.encode(), expected.encode())
    if not (expected and same):
        raise BadCredential
    return handle


def _handle(text: str) -> str:
    handle = normal_handle(text)
    try:
        HANDLE(handle)
    except ValidationError as error:
        raise BadCredential from error
    return handle
