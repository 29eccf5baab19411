"""What stands in a token, and what is read out of one."""

from datetime import UTC, datetime

import pytest

from accounts.claims import Grant, Party, VerifiedClaims, access_claims
from accounts.scopes import Role, Scope
from audit.actors import ActorType

NOON = datetime(2026, 3, 1, 12, 0, 0, 999_999, tzinfo=UTC)
ALICE = Party(
    id="@alice", actor_type=ActorType.HUMAN, role=Role.OPERATOR, email="alice@example.org"
)
ROBO = Party(id="@robo", actor_type=ActorType.AGENT, role=Role.USER)
SESSION = "6f2c1d0e-4b7a-4c55-9d3e-8a1b2c3d4e5f"


def payload(versions=(1,), *, actor=None, **more):
    grant = Grant(
        subject=ALICE,
        actor=actor,
        audience="billing",
        versions=versions,
        client_id="first-party",
        scopes=frozenset({Scope.TASKS_WRITE, Scope.TASKS_READ}),
        **more,
    )
    return access_claims(grant, issuer="https://issuer.example", at=NOON, lifetime=600, jti="one")


def test_a_token_is_never_issued_in_the_future():
    assert payload()["iat"] == int(NOON.timestamp())
    assert payload()["exp"] == payload()["iat"] + 600


@pytest.mark.parametrize(
    ("versions", "has", "has_not"),
    [
        ((1,), {"actor_type", "role", "email"}, {"actor", "roles"}),
        ((1, 2), {"actor_type", "role", "email", "actor", "roles"}, set()),
        ((2,), {"actor", "roles"}, {"actor_type", "role", "email"}),
    ],
)
def test_each_accepted_version_is_in_the_payload_and_no_other(versions, has, has_not):
    claims = payload(versions)

    assert has <= claims.keys()
    assert not has_not & claims.keys()
    assert claims["ver"] == max(versions)


@pytest.mark.parametrize("versions", [(1,), (1, 2), (2,)])
def test_who_acts_for_whom_is_read_from_every_version(versions):
    read = VerifiedClaims.of(payload(versions, actor=ROBO, session_id=SESSION))

    assert (read.actor, read.subject, read.on_behalf_of) == ("@robo", "@alice", "@alice")
    assert (read.actor_type, read.role) == (ActorType.AGENT, Role.USER)
    assert (read.session_id, read.client_id) == (SESSION, "first-party")


@pytest.mark.parametrize("versions", [(1,), (1, 2), (2,)])
def test_who_acts_alone_acts_for_nobody(versions):
    read = VerifiedClaims.of(payload(versions))

    assert (read.actor, read.subject, read.on_behalf_of) == ("@alice", "@alice", "")
    assert (read.actor_type, read.role) == (ActorType.HUMAN, Role.OPERATOR)


def test_an_agent_that_acts_for_a_person_has_neither_role_nor_address_of_the_person():
    claims = payload((1, 2), actor=ROBO)

    assert claims["roles"] == ["user"]
    assert (claims["role"], claims["actor_type"]) == ("user", "agent")
    assert "email" not in claims


def test_scopes_of_other_services_are_nothing_here():
    read = VerifiedClaims.of(payload() | {"scope": "tasks:read billing:pay"})

    assert read.scopes == {Scope.TASKS_READ}


MISSHAPEN = [
    {"actor": {"id": "@bob", "type": "human", "on_behalf_of": None}},
    {"actor": {"id": "@alice", "type": "agent", "on_behalf_of": None}},
    {"actor": {"id": "@alice", "type": "human", "on_behalf_of": "@bob"}},
    {"actor": {"id": "@alice", "type": "human"}},
    {"actor": "@alice"}, {"actor": None}, {"actor": ["@alice"]},
    {"roles": []}, {"roles": ["operator", "admin"]}, {"roles": ["admin"]}, {"roles": "operator"},
    {"roles": None}, {"roles": [7]}, {"roles": ["god"]},
    {"act": {"sub": "@robo"}}, {"act": {}}, {"act": None}, {"act": "@robo"}, {"act": {"sub": 7}},
    {"actor_type": "agent"}, {"role": "admin"}, {"role": None}, {"sub": 7}, {"sid": 7},
    {"sid": "s"}, {"sid": []},
]  # fmt: skip


@pytest.mark.parametrize("changes", MISSHAPEN, ids=str)
def test_a_payload_that_says_two_things_is_refused(changes):
    with pytest.raises((ValueError, KeyError, TypeError)):
        VerifiedClaims.of(payload((1, 2)) | changes)


@pytest.mark.parametrize("missing", ["actor_type", "role", "sub"])
def test_a_payload_of_version_1_lacks_nothing(missing):
    claims = payload()
    del claims[missing]

    with pytest.raises((ValueError, KeyError)):
        VerifiedClaims.of(claims)


def test_a_payload_that_tells_of_nobody_who_acts_is_refused():
    claims = payload((2,))
    del claims["actor"], claims["roles"]

    with pytest.raises(ValueError, match="who acts"):
        VerifiedClaims.of(claims)
