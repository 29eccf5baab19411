"""Vouched for by a client's own credential: a secret, or a signed assertion."""

from collections.abc import Sequence
from typing import Any

from accounts.principals import Principal
from accounts.scopes import Role, held
from audit.actors import ActorType

COLUMNS = ("handle", "actor_type", "role", "granted_scopes", "client_id")
"""What of an account tells who a client is."""


def principal(values: Sequence[Any], method: str) -> Principal:
    """Return the client whose account has these values in those columns as a caller."""
    handle, kind, role, granted, client_id = values
    actor_type, role = ActorType(kind), Role(role)
    return Principal(
        id=handle,
        actor_type=actor_type,
        role=role,
        scopes=held(granted, actor_type, role),
        method=method,
        client_id=client_id,
    )
