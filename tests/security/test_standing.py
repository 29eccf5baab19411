"""What is taken away bites in every process within 5 s, and no request pays a query for that.

A process is, for this, its registry: here are two, and the second hears nothing of the first.
"""

from datetime import datetime, timedelta

import pytest
import time_machine

from accounts.claims import VerifiedClaims
from accounts.errors import BadCredential
from accounts.methods import own
from accounts.models import Session
from accounts.operations import principals, sessions
from accounts.scopes import Role, Scope
from accounts.standing import Registry
from audit.shell import recording_from_shell
from tests.oauth import statements
from tests.people import PASSWORD
from wire.clock import now

pytest_plugins = ["tests.oauth_fixtures"]
WITHIN = timedelta(seconds=5)


@pytest.fixture
def elsewhere():
    """Another process, that has just served the bearer of a token."""
    return Registry()


@pytest.fixture
def admins(anonymous):
    return anonymous.post("/api/token", {"username": "admin", "password": PASSWORD}).data


def take_away(operation):
    with recording_from_shell() as journal:
        operation(journal)


def caller(token, registry, at: datetime):
    return own.stand_in(own.verify(token, at), at, registry)


TAKEN = {
    "disabled": lambda journal: principals.disable("@alice", journal=journal),
    "signed out": lambda journal: sessions.end_all("@alice", journal),
}


@pytest.mark.parametrize("how", TAKEN)
def test_who_is_stopped_here_is_stopped_elsewhere_within_five_seconds(alices, elsewhere, how):
    at = now()
    before = caller(alices["access"], elsewhere, at)
    take_away(TAKEN[how])

    assert before.id == "@alice"
    with pytest.raises(BadCredential):
        caller(alices["access"], elsewhere, at + WITHIN)


@pytest.mark.parametrize("how", TAKEN)
def test_the_process_that_did_it_knows_at_once(alices, whoami, how):
    before = whoami(alices["access"]).status_code
    take_away(TAKEN[how])

    assert (before, whoami(alices["access"]).status_code) == (200, 401)


def test_a_role_that_was_lost_is_lost_elsewhere_within_five_seconds(people, admins, elsewhere):
    at = now()
    take_away(lambda journal: principals.change_role("@bob", Role.ADMIN, journal=journal))
    before = caller(admins["access"], elsewhere, at)
    take_away(lambda journal: principals.change_role("@admin", Role.USER, journal=journal))

    assert (before.role, Scope.KEYS_MANAGE in before.scopes) == (Role.ADMIN, True)
    with pytest.raises(BadCredential):  # its session ended with the role
        caller(admins["access"], elsewhere, at + WITHIN)


def test_a_token_without_a_session_keeps_nothing_of_a_lost_role(people, elsewhere):
    at = now()
    claims = VerifiedClaims.of({
        "sub": "@carol", "actor_type": "human", "role": "operator", "scope": "ops:run tasks:read",
    })  # fmt: skip
    before = own.stand_in(claims, at, elsewhere)
    take_away(lambda journal: principals.change_role("@carol", Role.USER, journal=journal))
    after = own.stand_in(claims, at + WITHIN, elsewhere)

    assert (before.role, before.scopes) == (Role.OPERATOR, frozenset({Scope.OPS_RUN}))
    assert (after.role, after.scopes) == (Role.USER, frozenset({Scope.TASKS_READ}))


def test_an_agent_whose_scopes_were_cut_is_cut_elsewhere(people, elsewhere, ask, worker):
    at = now()
    token = ask(worker, grant_type="client_credentials").data["access_token"]
    before = caller(token, elsewhere, at)
    take_away(lambda journal: principals.change_scopes("@worker", [], journal=journal))

    assert before.scopes
    assert not caller(token, elsewhere, at + WITHIN).scopes


@pytest.mark.parametrize("which", ["@alice", "@worker"])
def test_who_acts_for_somebody_stops_with_either(exchange, alices, worker, elsewhere, which):
    at = now()
    token = exchange(alices["access"], worker).data["access_token"]
    before = caller(token, elsewhere, at)
    take_away(lambda journal: principals.disable(which, journal=journal))

    assert before.on_behalf_of == "@alice"
    with pytest.raises(BadCredential):
        caller(token, elsewhere, at + WITHIN)


def test_a_token_of_a_session_that_is_not_there_is_good_for_nothing(alices, whoami):
    Session.objects.all().delete()

    assert whoami(alices["access"]).status_code == 401


def test_a_session_vouches_for_whose_it_is_alone(people, admins, elsewhere):
    at = now()
    session = own.verify(admins["access"], at).session_id

    stands = {name: elsewhere.standing(name, session, at) for name in ("@admin", "@alice")}
    assert {name: standing.active for name, standing in stands.items()} == {
        "@admin": True,
        "@alice": False,
    }


def test_nothing_new_is_had_at_once(alices, worker, ask, anonymous, exchange):
    for handle in ("@alice", "@worker"):
        take_away(lambda journal, handle=handle: principals.disable(handle, journal=journal))

    assert anonymous.post("/api/token/refresh", {"refresh": alices["refresh"]}).status_code == 401
    assert ask(worker, grant_type="client_credentials").status_code == 401
    assert exchange(alices["access"]).status_code == 400
    sign_in = {"username": "alice", "password": PASSWORD}
    assert anonymous.post("/api/token", sign_in).status_code == 401


def test_a_caller_who_was_seen_costs_no_query(alices, whoami):
    whoami(alices["access"])

    with statements() as spent:
        assert whoami(alices["access"]).status_code == 200

    assert spent == []


def test_a_caller_is_asked_about_once_in_four_seconds(alices, whoami):
    whoami(alices["access"])

    with time_machine.travel(now() + timedelta(seconds=4), tick=False):
        with statements() as first:
            whoami(alices["access"])
        with statements() as second:
            whoami(alices["access"])

    assert (len(first), len(second)) == (1, 0)
