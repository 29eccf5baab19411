"""Who is calling? One value, however it was vouched for. Pure: no Django."""

from dataclasses import dataclass, field

from accounts.scopes import Role, Scope
from audit.actors import Actor, ActorType


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """An authenticated caller. Only accounts.methods make one."""

    id: str
    actor_type: ActorType
    role: Role
    scopes: frozenset[Scope] = field(default_factory=frozenset)
    method: str
    client_id: str = ""
    on_behalf_of: str = ""
    session_id: str = ""

    # What DRF and Django ask of a user.
    is_authenticated = True
    is_anonymous = False
    is_active = True

    @property
    def pk(self) -> str:
        """Return the id under the name DRF's throttles look for."""
        return self.id

    @property
    def is_admin(self) -> bool:
        """Tell whether the caller is an administrator."""
        return self.role is Role.ADMIN

    def may(self, scope: Scope | str) -> bool:
        """Tell whether the caller holds the scope."""
        return scope in self.scopes

    def as_actor(self) -> Actor:
        """Return the caller as the audit names it."""
        return Actor(
            id=self.id,
            type=self.actor_type,
            on_behalf_of=self.on_behalf_of,
            auth_method=self.method,
            client_id=self.client_id,
        )
