"""The cast. Alice owns, Bob is assigned, Carol operates, Dana audits, Robo is an agent, and
Mallory is nobody."""

from accounts.models import Account
from accounts.scopes import Role, Scope
from audit.actors import ActorType

PASSWORD = "correct horse battery staple"  # theirs all, where they have one


def cast(password_hash: str) -> list[Account]:
    """Return the accounts of the cast, not yet stored."""
    people = [
        Account(handle="@alice", email="alice@example.org"),
        Account(handle="@bob", email="bob@example.org"),
        Account(handle="@carol", role=Role.OPERATOR),
        Account(handle="@dana", granted_scopes=[Scope.AUDIT_READ, Scope.TASKS_READ]),
        Account(handle="@admin", role=Role.ADMIN, email="admin@example.org"),
    ]
    agents = [
        Account(handle="@robo", actor_type=ActorType.AGENT, client_id="agent_robo"),
        Account(handle="@crawler", actor_type=ActorType.AGENT, client_id="agent_crawler"),
    ]
    for person in people:
        person.password = password_hash
    for agent in agents:
        agent.set_unusable_password()
    return people + agents
