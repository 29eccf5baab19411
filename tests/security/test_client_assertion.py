"""A client's assertion proves one thing, once, to us: everything else is refused (RFC 7523)."""

import pytest

from accounts.models import SpentAssertion
from accounts.operations import principals
from audit.models import Entry
from audit.shell import recording_from_shell
from tests.oauth import ISSUER, JWT_BEARER
from tests.unit.forge import jwk, signed
from wire.clock import now

pytest_plugins = ["tests.oauth_fixtures"]


@pytest.fixture
def refused(by_assertion):
    def check(jwt, **form):
        answer = by_assertion(jwt, **form)

        assert answer.status_code == 401
        assert answer.json()["error"] == "invalid_client"
        assert not Entry.objects.filter(action="token.issued").exists()

    return check


def in_seconds(seconds):
    return int(now().timestamp()) + seconds


CLAIMS = [
    {"iss": "somebody"}, {"iss": ...}, {"iss": "\x00"}, {"iss": "x" * 65}, {"iss": 7},
    {"sub": "somebody"}, {"sub": ...}, {"sub": "@signer"},
    {"aud": ...}, {"aud": "https://elsewhere.example"}, {"aud": f"{ISSUER}/"}, {"aud": []},
    {"aud": [ISSUER, "https://elsewhere.example"]}, {"aud": f"{ISSUER}/oauth/introspect"},
    {"exp": ...}, {"exp": 1}, {"exp": 10**30}, {"exp": "soon"},
    {"jti": ...}, {"jti": ""}, {"jti": 7}, {"nbf": 10**11}, {"iat": 10**11},
]  # fmt: skip


@pytest.mark.parametrize("changes", CLAIMS, ids=str)
def test_a_claim_out_of_order_is_refused(refused, assertion, changes):
    refused(assertion(**changes))


def test_an_assertion_that_lives_longer_than_five_minutes_is_refused(refused, assertion):
    refused(assertion(exp=in_seconds(331)))


def test_five_minutes_and_the_clocks_difference_are_fine(by_assertion, assertion):
    assert by_assertion(assertion(exp=in_seconds(329))).status_code == 200


@pytest.mark.parametrize("key", [("ES256", 1), ("RS256", 0), ("EdDSA", 0)], ids=str)
def test_another_key_is_refused(refused, assertion, key):
    refused(assertion(*key))


@pytest.mark.parametrize("alg", ["none", "HS256", "RS256"])
def test_another_algorithm_in_the_header_is_refused(refused, signer, alg):
    claims = {"iss": signer, "sub": signer, "aud": ISSUER, "exp": in_seconds(60), "jti": "x"}

    refused(signed({"alg": alg, "kid": jwk("ES256")["kid"]}, claims))


@pytest.mark.parametrize("jwt", ["", "x", "a.b.c", "é.é.é", "A" * 8000])
def test_what_is_no_assertion_is_refused(refused, signer, jwt):
    refused(jwt)


def test_another_kind_of_assertion_is_refused(refused, assertion):
    refused(assertion(), client_assertion_type="urn:ietf:params:oauth:client-assertion-type:saml2")


def test_the_kind_has_to_be_named(refused, assertion):
    refused(assertion(), client_assertion_type="")


def test_the_assertion_of_one_client_is_no_good_for_another(refused, assertion, worker):
    refused(assertion(), client_id=worker.client_id)


def test_it_buys_one_token_and_the_second_try_is_told_as_reuse(by_assertion, assertion):
    first, second = by_assertion(assertion()), by_assertion(assertion())

    assert (first.status_code, second.status_code) == (200, 401)
    assert second.json()["error"] == "invalid_client"
    assert Entry.objects.filter(action="token.issued").count() == 1
    reuse = Entry.objects.get(action="token.reused")
    assert (reuse.target_id, reuse.outcome) == ("@signer", "denied")


def test_the_same_number_from_another_client_is_another_assertion(by_assertion, assertion, people):
    with recording_from_shell() as journal:
        keys = {"keys": [jwk("ES256", 1)]}
        other = principals.create_agent("@other", jwks=keys, journal=journal).client_id
    by_assertion(assertion())
    claims = {"iss": other, "sub": other, "aud": ISSUER, "exp": in_seconds(60), "jti": "one"}

    answer = by_assertion(signed({"alg": "ES256"}, claims, "ES256", 1))

    assert answer.status_code == 200
    assert SpentAssertion.objects.count() == 2


def test_it_buys_nothing_in_an_exchange_after_it_bought_a_token(
    by_assertion, assertion, exchange, alices
):
    by_assertion(assertion())

    answer = exchange(
        alices["access"], client_assertion=assertion(), client_assertion_type=JWT_BEARER
    )

    assert answer.json()["error"] == "invalid_client"


def test_a_disabled_client_is_refused(refused, assertion):
    with recording_from_shell() as journal:
        principals.disable("@signer", journal=journal)

    refused(assertion())


def test_a_client_without_keys_is_refused(refused, assertion, worker):
    refused(assertion(iss=worker.client_id, sub=worker.client_id))


def test_it_is_no_bearer_token(assertion, whoami):
    assert whoami(assertion()).status_code == 401


def test_a_failure_is_recorded_under_the_name_of_a_client_that_exists(by_assertion, assertion):
    by_assertion(assertion(exp=1))
    by_assertion(assertion(iss="somebody"))

    failures = Entry.objects.filter(action="sign_in.failed").order_by("id")
    assert [entry.target_id for entry in failures] == ["@signer", ""]


@pytest.mark.parametrize("path", ["/oauth/introspect", "/oauth/revoke"])
def test_it_is_taken_at_the_token_endpoint_alone(post, assertion, path):
    form = {
        "token": "x",
        "client_assertion": assertion(),
        "client_assertion_type": JWT_BEARER,
    }

    assert post(path, form).json()["error"] == "invalid_request"
