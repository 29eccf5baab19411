"""The vocabulary of what a caller may do. Pure: no Django."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from audit.actors import ActorType


class Scope(StrEnum):
    """One permission, as it stands in a token's `scope` (RFC 6749, section 3.3)."""

    TASKS_READ = "tasks:read"
    TASKS_WRITE = "tasks:write"
    AUDIT_READ = "audit:read"
    OPS_RUN = "ops:run"
    OPS_APPROVE = "ops:approve"
    KEYS_MANAGE = "keys:manage"
    ACCOUNTS_MANAGE = "accounts:manage"


class Role(StrEnum):
    """What a person is in the team; agents and services have the role `user`."""

    USER = "user"
    OPERATOR = "operator"
    ADMIN = "admin"


ROLE_SCOPES: Mapping[Role, frozenset[Scope]] = MappingProxyType(
    {
        Role.USER: frozenset({Scope.TASKS_READ, Scope.TASKS_WRITE}),
        Role.OPERATOR: frozenset({Scope.OPS_RUN, Scope.OPS_APPROVE}),
        Role.ADMIN: frozenset(Scope),
    }
)

AGENT_DEFAULT = frozenset({Scope.TASKS_READ, Scope.TASKS_WRITE})
NEVER_FOR_AGENTS = frozenset({Scope.OPS_APPROVE, Scope.KEYS_MANAGE, Scope.ACCOUNTS_MANAGE})

# What a route says instead of a scope.
ANYBODY = "anybody"
SIGNED_IN = "signed in"


def held(granted: Iterable[str] | None, actor_type: ActorType, role: Role) -> frozenset[Scope]:
    """Return what somebody may do: what was granted, else what being an agent or the role gives."""
    if granted is not None:
        return frozenset(Scope(word) for word in granted)
    return AGENT_DEFAULT if actor_type is ActorType.AGENT else ROLE_SCOPES[role]


def parse(text: str) -> frozenset[Scope]:
    """Return the scopes of a space-separated list. Raises ValueError naming the first unknown."""
    return frozenset(Scope(word) for word in text.replace(",", " ").split())


def spell(scopes: Iterable[Scope | str]) -> str:
    """Return the space-separated list, in a stable order."""
    return " ".join(sorted(str(scope) for scope in scopes))
