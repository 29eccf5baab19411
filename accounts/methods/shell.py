"""Vouched for by the shell: whoever may run commands here says who they are."""

from datetime import datetime

from accounts.errors import NoSuchAccount
from accounts.models import normal_handle
from accounts.principals import Principal
from accounts.standing import REGISTRY


def principal(name: str, at: datetime) -> Principal:
    """Return the account as a caller. Raises NoSuchAccount when it is unknown or disabled."""
    handle = normal_handle(name)
    standing = REGISTRY.standing(handle, "", at)
    if standing is None or not standing.active:
        raise NoSuchAccount(handle=handle)
    return Principal(
        id=handle,
        actor_type=standing.actor_type,
        role=standing.role,
        scopes=standing.scopes,
        method="shell",
    )
