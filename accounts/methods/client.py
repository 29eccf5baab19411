"""Vouched for by a client's own credential: a secret, or a signed assertion."""

from accounts.models import Account
from accounts.principals import Principal
from accounts.scopes import Role
from audit.actors import ActorType


def principal(account: Account, method: str) -> Principal:
    """Return the account of a client that has authenticated as a caller."""
    return Principal(
        id=account.handle,
        actor_type=ActorType(account.actor_type),
        role=Role(account.role),
        scopes=account.scopes,
        method=method,
        client_id=account.client_id or "",
    )
