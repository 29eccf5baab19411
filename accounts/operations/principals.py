"""What can happen to a principal of the registry?"""

import secrets
from collections.abc import Iterable

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError

from accounts.errors import HandleTaken, NoSuchAccount, ScopeNotForAgents, UnfitHandle
from accounts.models import HANDLE, Account, normal_handle
from accounts.operations import sessions
from accounts.operations.clients import Credential, add_secret
from accounts.scopes import AGENT_DEFAULT, NEVER_FOR_AGENTS, Role, Scope, spell
from accounts.standing import REGISTRY
from audit.actions import Action
from audit.actors import ActorType
from audit.recording import Journal


def create_person(
    name: str, *, journal: Journal, role: Role = Role.USER, email: str = "", password: str | None
) -> Account:
    """Register a person. Raises HandleTaken, UnfitHandle."""
    account = Account(
        handle=_fit(name), email=email, actor_type=ActorType.HUMAN, role=role,
        created_at=journal.at,
    )  # fmt: skip
    account.set_password(password)
    return _register(account, journal)


def create_agent(
    name: str, *, journal: Journal, scopes: Iterable[Scope] = AGENT_DEFAULT
) -> Credential:
    """Register an agent and make its first secret.

    Raises HandleTaken, UnfitHandle, ScopeNotForAgents.
    """
    granted = frozenset(scopes)
    if granted & NEVER_FOR_AGENTS:
        raise ScopeNotForAgents(scopes=spell(granted & NEVER_FOR_AGENTS))
    account = Account(
        handle=_fit(name),
        actor_type=ActorType.AGENT,
        role=Role.USER,
        granted_scopes=sorted(granted),
        client_id=f"agent_{secrets.token_hex(12)}",
        created_at=journal.at,
    )
    account.set_unusable_password()
    return add_secret(_register(account, journal), journal)


def disable(name: str, *, journal: Journal) -> None:
    """Stop a principal: no new token, no refresh, no call. Raises NoSuchAccount."""
    handle = normal_handle(name)
    stopped = Account.objects.filter(pk=handle, disabled_at__isnull=True).update(
        disabled_at=journal.at
    )
    if not stopped:
        raise NoSuchAccount(handle=handle)
    sessions.end_all(handle, journal, sessions.EndReason.DISABLED)
    journal.record(Action.PRINCIPAL_DISABLED, target=("principal", handle))
    REGISTRY.forget()


def set_password(name: str, password: str, *, journal: Journal) -> None:
    """Give a person another password and end their sessions. Raises NoSuchAccount."""
    handle = normal_handle(name)
    changed = Account.objects.filter(pk=handle, actor_type=ActorType.HUMAN).update(
        password=make_password(password)
    )
    if not changed:
        raise NoSuchAccount(handle=handle)
    sessions.end_all(handle, journal, sessions.EndReason.REVOKED)
    journal.record(
        Action.CREDENTIAL_CREATED, target=("principal", handle), context={"kind": "password"}
    )


def _register(account: Account, journal: Journal) -> Account:
    # The key decides between two who want the same handle at once.
    made = Account.objects.bulk_create([account], ignore_conflicts=True)
    if not made or not Account.objects.filter(pk=account.pk, password=account.password).exists():
        raise HandleTaken(handle=account.pk)
    journal.record(
        Action.PRINCIPAL_CREATED,
        target=("principal", account.handle),
        context={"actor_type": str(account.actor_type), "role": str(account.role),
                 "scopes": spell(account.scopes)},
    )  # fmt: skip
    return account


def _fit(name: str) -> str:
    handle = normal_handle(name)
    try:
        HANDLE(handle)
    except ValidationError as error:
        raise UnfitHandle from error
    return handle
