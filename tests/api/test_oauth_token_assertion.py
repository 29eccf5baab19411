"""POST /oauth/token by a client that signs (private_key_jwt, RFC 7523)."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import SpentAssertion
from audit.models import Entry
from tests.oauth import ISSUER
from wire.clock import now

pytest_plugins = ["tests.oauth_fixtures"]


def test_a_client_gets_a_token_by_a_signed_assertion(by_assertion, assertion, whoami, signer):
    answer = by_assertion(assertion())

    assert answer.status_code == 200
    assert "refresh_token" not in answer.data
    me = whoami(answer.data["access_token"]).data
    assert (me["id"], me["client_id"], me["actor_type"]) == ("@signer", signer, "agent")


@pytest.mark.parametrize(
    "audience", [ISSUER, f"{ISSUER}/oauth/token", [ISSUER], [ISSUER, f"{ISSUER}/oauth/token"]]
)
def test_the_assertion_may_name_the_issuer_or_the_token_endpoint(by_assertion, assertion, audience):
    assert by_assertion(assertion(aud=audience)).status_code == 200


def test_the_client_id_may_stand_by_the_assertion(by_assertion, assertion, signer):
    assert by_assertion(assertion(), client_id=signer).status_code == 200


def test_scope_and_audience_are_chosen_as_ever(by_assertion, assertion):
    answer = by_assertion(assertion(), scope="tasks:read", audience="taskflow")

    assert answer.data["scope"] == "tasks:read"


def test_an_assertion_that_was_refused_for_its_wish_can_be_sent_again(by_assertion, assertion):
    refused = by_assertion(assertion(), scope="ops:run")

    assert refused.json()["error"] == "invalid_scope"
    assert by_assertion(assertion()).status_code == 200


def test_the_entry_names_the_way_and_not_the_assertion(by_assertion, assertion):
    by_assertion(assertion())

    entry = Entry.objects.get(action="token.issued", actor_id="@signer")
    assert entry.auth_method == "private_key_jwt"
    assert assertion() not in str(Entry.objects.values())


def test_assertions_that_are_over_are_forgotten(by_assertion, assertion):
    by_assertion(assertion(jti="old"))

    with time_machine.travel(now() + timedelta(minutes=10), tick=False):
        by_assertion(assertion(jti="new"))

    assert SpentAssertion.objects.count() == 1
