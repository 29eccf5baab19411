"""What can happen to a principal of the registry?"""

import secrets
from collections.abc import Iterable

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError

from accounts.errors import HandleTaken, NoSuchAccount, ScopeNotForAgents, UnfitHandle
from accounts.models import HANDLE, Account, normal_handle
from accounts.operations import sessions
from accounts.operations.credentials import Credential, add_secret, set_jwks
from accounts.registry_errors import AlreadySo, LastAdmin, RolesAreForPeople
from accounts.scopes import AGENT_DEFAULT, NEVER_FOR_AGENTS, ROLE_SCOPES, Role, Scope, spell
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
    name: str,
    *,
    journal: Journal,
    scopes: Iterable[Scope] = AGENT_DEFAULT,
    jwks: object | None = None,
) -> Credential:
    """Register an agent and make its first secret, or take its keys: then it needs no secret.

    Raises HandleTaken, UnfitHandle, ScopeNotForAgents, UnfitClientKeys.
    """
    account = Account(
        handle=_fit(name),
        actor_type=ActorType.AGENT,
        role=Role.USER,
        granted_scopes=_fit_for_agents(scopes),
        client_id=f"agent_{secrets.token_hex(12)}",
        created_at=journal.at,
    )
    account.set_unusable_password()
    _register(account, journal)
    if jwks is None:
        return add_secret(account, journal)
    set_jwks(account, jwks, journal)
    return Credential(account.client_id or "", "")


def disable(name: str, *, journal: Journal) -> None:
    """Stop a principal: no new token, no refresh, no call.

    Raises NoSuchAccount, AlreadySo, LastAdmin.
    """
    admins, account = _locked_admins(), registered(name)
    _keep_one(admins, account)
    stopped = Account.objects.filter(pk=account.pk, disabled_at__isnull=True).update(
        disabled_at=journal.at
    )
    if not stopped:
        raise AlreadySo
    sessions.end_all(account.pk, journal, sessions.EndReason.DISABLED)
    journal.record(Action.PRINCIPAL_DISABLED, target=("principal", account.pk))
    REGISTRY.forget()


def enable(name: str, *, journal: Journal) -> None:
    """Let a principal act again; what was ended stays so. Raises NoSuchAccount, AlreadySo."""
    account = registered(name)
    started = Account.objects.filter(pk=account.pk, disabled_at__isnull=False).update(
        disabled_at=None
    )
    if not started:
        raise AlreadySo
    journal.record(Action.PRINCIPAL_ENABLED, target=("principal", account.pk))
    REGISTRY.forget()


def change_role(name: str, role: Role, *, journal: Journal) -> None:
    """Give a person another role. Whoever loses something by it has to sign in again.

    Raises NoSuchAccount, AlreadySo, RolesAreForPeople, LastAdmin.
    """
    admins, account = _locked_admins(), registered(name)
    old = Role(account.role)
    if old is role:
        raise AlreadySo
    if account.actor_type != ActorType.HUMAN:
        raise RolesAreForPeople(handle=account.handle)
    _keep_one(admins, account)
    Account.objects.filter(pk=account.pk).update(role=role)
    if not ROLE_SCOPES[old] <= ROLE_SCOPES[role]:
        sessions.end_all(account.pk, journal, sessions.EndReason.ROLE_LOST)
    _record_change(journal, account, role=(old.value, role.value))


def change_scopes(name: str, scopes: Iterable[Scope] | None, *, journal: Journal) -> None:
    """Grant exactly these scopes; None gives back what the role, or being an agent, brings.

    Raises NoSuchAccount, AlreadySo, ScopeNotForAgents.
    """
    account = registered(name)
    is_agent = account.actor_type == ActorType.AGENT
    granted = None if scopes is None else _fit_for_agents(scopes) if is_agent else sorted(scopes)
    if account.granted_scopes == granted:
        raise AlreadySo
    Account.objects.filter(pk=account.pk).update(granted_scopes=granted)
    _record_change(journal, account, granted_scopes=(account.granted_scopes, granted))


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


def registered(name: str) -> Account:
    """Return an account that nobody else changes until the recording ends. Raises NoSuchAccount.

    Old values go into the audit, so they have to be those that are replaced.
    """
    handle = normal_handle(name)
    account = Account.objects.select_for_update().filter(pk=handle).first()
    if account is None:
        raise NoSuchAccount(handle=handle)
    return account


def _locked_admins() -> list[str]:
    """Return the administrators who may act, and let nobody change them meanwhile.

    All are locked, and in one order, before anybody else is: two who leave at once see each other.
    """
    admins = Account.objects.select_for_update().filter(
        role=Role.ADMIN, actor_type=ActorType.HUMAN, disabled_at__isnull=True
    )
    return list(admins.order_by("pk").values_list("pk", flat=True))


def _keep_one(admins: list[str], account: Account) -> None:
    if admins == [account.pk]:
        raise LastAdmin(handle=account.handle)


def _fit_for_agents(scopes: Iterable[Scope]) -> list[Scope]:
    granted = frozenset(scopes)
    if granted & NEVER_FOR_AGENTS:
        raise ScopeNotForAgents(scopes=spell(granted & NEVER_FOR_AGENTS))
    return sorted(granted)


def _record_change(journal: Journal, account: Account, **changes: tuple[object, object]) -> None:
    journal.record(Action.PRINCIPAL_CHANGED, target=("principal", account.handle), changes=changes)
    REGISTRY.forget()


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
