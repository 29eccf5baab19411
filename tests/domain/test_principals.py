"""What can happen to a principal."""

import pytest
from django.db import IntegrityError

from accounts.errors import NoSuchAccount, ScopeNotForAgents
from accounts.models import Account, Session
from accounts.operations import principals
from accounts.registry_errors import AlreadySo, LastAdmin, RolesAreForPeople
from accounts.scopes import NEVER_FOR_AGENTS, Role, Scope
from audit.errors import AuditUnavailable
from audit.models import Entry
from audit.shell import recording_from_shell
from tests.factories import make_history_unwritable

pytest_plugins = ["tests.oauth_fixtures"]
pytestmark = pytest.mark.usefixtures("people")


def do(operation, *arguments):
    with recording_from_shell() as journal:
        return operation(*arguments, journal=journal)


def latest(action):
    return Entry.objects.filter(action=action).latest("id")


def test_another_password_ends_the_sessions(alices):
    do(principals.set_password, "@alice", "a better horse, a better battery")

    session = Session.objects.get()
    assert (session.end_reason, session.ended_at is None) == ("revoked", False)


def test_disabling_ends_the_sessions(alices):
    do(principals.disable, "@alice")

    assert Session.objects.get().end_reason == "disabled"
    assert latest("principal.disabled").target_id == "@alice"


def test_who_is_enabled_again_signs_in_anew(alices, anonymous):
    do(principals.disable, "@alice")
    do(principals.enable, "@alice")

    assert anonymous.post("/api/token/refresh", {"refresh": alices["refresh"]}).status_code == 401
    assert Account.objects.get(pk="@alice").is_active
    assert latest("principal.enabled").target_id == "@alice"


@pytest.mark.parametrize(
    ("old", "new", "ended"),
    [
        (Role.USER, Role.ADMIN, False), (Role.ADMIN, Role.USER, True),
        (Role.USER, Role.OPERATOR, True), (Role.OPERATOR, Role.ADMIN, False),
    ],
)  # fmt: skip
def test_who_loses_something_by_a_role_has_to_sign_in_again(alices, old, new, ended):
    Account.objects.filter(pk="@alice").update(role=old)

    do(principals.change_role, "@alice", new)

    assert (Session.objects.get().end_reason == "role_lost") == ended
    assert latest("principal.changed").changes == {"role": [old.value, new.value]}


@pytest.mark.parametrize(
    "leave", [principals.disable, lambda name, journal: principals.change_role(
        name, Role.USER, journal=journal)],
)  # fmt: skip
def test_the_last_administrator_stays_one(leave):
    with pytest.raises(LastAdmin, match="@admin is the last administrator"):
        do(leave, "@admin")

    assert Account.objects.get(pk="@admin").is_staff


def test_one_of_two_administrators_may_go():
    do(principals.change_role, "@bob", Role.ADMIN)

    do(principals.disable, "@admin")

    assert not Account.objects.get(pk="@admin").is_active


def test_an_administrator_who_is_disabled_does_not_count():
    do(principals.change_role, "@bob", Role.ADMIN)
    do(principals.disable, "@bob")

    with pytest.raises(LastAdmin):
        do(principals.disable, "@admin")


def test_only_people_have_roles():
    with pytest.raises(RolesAreForPeople):
        do(principals.change_role, "@robo", Role.OPERATOR)


@pytest.mark.parametrize("scope", sorted(NEVER_FOR_AGENTS))
def test_an_agent_never_holds_some_scopes(scope):
    with pytest.raises(ScopeNotForAgents):
        do(principals.change_scopes, "@robo", [Scope.TASKS_READ, scope])
    with pytest.raises(ScopeNotForAgents):
        do(lambda journal: principals.create_agent("@new", scopes=[scope], journal=journal))


def test_scopes_are_granted_exactly_and_given_back():
    do(principals.change_scopes, "@alice", [Scope.AUDIT_READ])
    granted = Account.objects.get(pk="@alice").scopes
    do(principals.change_scopes, "@alice", None)

    assert granted == {Scope.AUDIT_READ}
    assert Account.objects.get(pk="@alice").scopes == {Scope.TASKS_READ, Scope.TASKS_WRITE}
    assert latest("principal.changed").changes == {"granted_scopes": [["audit:read"], None]}


NOTHING_TO_DO = [
    (principals.enable, ["@alice"]),
    (principals.change_role, ["@alice", Role.USER]),
    (principals.change_scopes, ["@alice", None]),
]


@pytest.mark.parametrize(("operation", "arguments"), NOTHING_TO_DO)
def test_what_is_so_already_says_so(operation, arguments):
    with pytest.raises(AlreadySo):
        do(operation, *arguments)

    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        (principals.disable, []), (principals.enable, []),
        (principals.change_role, [Role.ADMIN]), (principals.change_scopes, [None]),
    ],
)  # fmt: skip
def test_nobody_is_refused(operation, arguments):
    with pytest.raises(NoSuchAccount):
        do(operation, "@nobody", *arguments)


def test_nothing_changes_when_the_entry_can_not_be_written():
    make_history_unwritable()

    with pytest.raises(AuditUnavailable):
        do(principals.change_role, "@alice", Role.ADMIN)

    assert Account.objects.get(pk="@alice").role == Role.USER


BROKEN = [
    ("@robo", {"role": "admin"}), ("@robo", {"granted_scopes": ["tasks:read", "keys:manage"]}),
    ("@robo", {"granted_scopes": ["ops:approve"]}), ("@robo", {"role": "operator"}),
    ("@robo", {"granted_scopes": ["accounts:manage"]}), ("@alice", {"client_id": "agent_alice"}),
    ("@alice", {"jwks": {"keys": []}}), ("@alice", {"actor_type": "system"}),
]  # fmt: skip


@pytest.mark.parametrize(("handle", "values"), BROKEN, ids=str)
def test_the_database_refuses_what_the_code_should_have(handle, values):
    with pytest.raises(IntegrityError):
        Account.objects.filter(pk=handle).update(**values)
