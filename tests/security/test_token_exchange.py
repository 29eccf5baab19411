"""Exchanging a token never gives more, lasts longer, or hides who acts."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import Account, Audience
from accounts.operations import identities, principals
from audit.shell import recording_from_shell
from tests.oauth import TYPE
from tests.people import PASSWORD
from tests.servers.identity_provider import ISSUER, SUBJECT
from wire.clock import now

pytest_plugins = ["tests.oauth_fixtures", "tests.servers.fixtures"]


@pytest.fixture
def refused(exchange):
    def check(token, credential=None, **form):
        answer = exchange(token, credential, **form)

        assert answer.status_code == 400
        assert answer.json()["error"] == "invalid_request"
        assert answer.json()["code"] == "subject_refused"

    return check


def actor(token):
    return {"actor_token": token, "actor_token_type": f"{TYPE}access_token"}


@pytest.fixture
def agents(ask, worker):
    return ask(worker, grant_type="client_credentials").data["access_token"]


@pytest.fixture
def delegated(exchange, alices, worker):
    return exchange(alices["access"], worker).data["access_token"]


@pytest.mark.parametrize("token", ["x", "a.b.c", "tfr_AAAA", "é", "dev:@alice", "dev:@admin"])
def test_only_tokens_of_known_issuers_are_exchanged(refused, people, token):
    refused(token)


def test_a_refresh_token_is_no_subject(refused, alices):
    refused(alices["refresh"])


def test_a_stranger_s_signature_is_no_subject(refused, people, provider):
    refused(provider.token("ES256", 1))


def test_a_token_for_another_audience_is_no_subject(refused, exchange, alices):
    Audience.objects.create(name="billing", payload_versions=[1])

    refused(exchange(alices["access"], audience="billing").data["access_token"])


def test_a_token_in_its_last_leeway_has_no_children(refused, alices, whoami):
    with time_machine.travel(now() + timedelta(seconds=610), tick=False):
        assert whoami(alices["access"]).status_code == 200
        refused(alices["access"])


def test_nobody_acts_for_an_agent(refused, agents, by_assertion, assertion):
    other = by_assertion(assertion()).data["access_token"]

    refused(agents, **actor(other))


def test_no_person_acts_for_a_person(refused, alices, provider):
    refused(alices["access"], **actor(provider.token()))


def test_the_developers_word_makes_no_actor(refused, alices):
    refused(alices["access"], **actor("dev:@robo"))


def test_what_was_delegated_is_not_passed_on(refused, delegated, by_assertion, assertion):
    other = by_assertion(assertion()).data["access_token"]

    refused(delegated, **actor(other))


def test_what_was_delegated_does_not_act_for_others(refused, delegated, provider):
    refused(provider.token(), **actor(delegated))


def test_an_exchange_of_what_was_delegated_speaks_of_the_same_two(
    exchange, delegated, worker, whoami
):
    again = exchange(delegated, worker).data["access_token"]

    me = whoami(again).data
    assert (me["id"], me["on_behalf_of"]) == ("@worker", "@alice")


def test_an_administrator_s_rights_do_not_reach_the_agent(exchange, anonymous, worker, whoami):
    pair = anonymous.post("/api/token", {"username": "admin", "password": PASSWORD}).data

    me = whoami(exchange(pair["access"], worker).data["access_token"]).data

    assert me["role"] == "user"
    assert me["scopes"] == ["tasks:read", "tasks:write"]


def test_a_narrow_token_is_not_widened(exchange, ask, alices):
    narrow = ask(grant_type="refresh_token", refresh_token=alices["refresh"], scope="tasks:read")

    wide = exchange(narrow.data["access_token"], scope="tasks:read tasks:write")

    assert wide.json()["error"] == "invalid_scope"


@pytest.mark.parametrize("handle", ["@alice", "@worker"])
def test_it_dies_with_either_of_the_two(delegated, whoami, handle):
    with recording_from_shell() as journal:
        principals.disable(handle, journal=journal)

    assert whoami(delegated).status_code == 401


def test_what_the_person_lost_the_agent_has_not(delegated, whoami):
    with recording_from_shell() as journal:
        principals.change_scopes("@alice", [], journal=journal)

    assert whoami(delegated).data["scopes"] == []


def test_no_revocation_of_a_delegated_token_logs_the_person_out(delegated, post, alices, whoami):
    post("/oauth/revoke", {"token": delegated})

    assert whoami(alices["access"]).status_code == 200


def test_an_unknown_client_id_is_no_public_client(exchange, alices):
    answer = exchange(alices["access"], client_id="somebody")

    assert answer.json()["error"] == "invalid_client"


def test_a_disabled_account_behind_a_link_gets_nothing(refused, people, provider):
    with recording_from_shell() as journal:
        identities.link("@bob", issuer=ISSUER, subject=SUBJECT, journal=journal)
        principals.disable("@bob", journal=journal)

    refused(provider.token())


def test_keys_that_are_away_are_no_refusal(exchange, people, provider):
    provider.close()

    answer = exchange(provider.token())

    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")


def test_two_who_hold_nothing_in_common_get_nothing(exchange, alices, worker):
    Account.objects.filter(pk="@worker").update(granted_scopes=["audit:read"])

    assert exchange(alices["access"], worker).json()["error"] == "invalid_scope"
