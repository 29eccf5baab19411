"""Only what the configured provider signed for us gets in, as that person and nobody else."""

import json
from datetime import timedelta

import pytest

from accounts.authentication import principal_of
from accounts.errors import BadCredential
from accounts.identities import provider_name
from accounts.methods import external
from tests.servers.endpoint import listening, text
from tests.servers.identity_provider import AUDIENCE, ISSUER, SUBJECT, IdentityProvider
from tests.unit.forge import b64, jwk, signed
from wire.clock import now

pytest_plugins = ["tests.servers.fixtures"]
pytestmark = pytest.mark.usefixtures("people")

OUTSIDER = f"{provider_name(ISSUER)}:{SUBJECT}"


@pytest.mark.parametrize("alg", external.ALGORITHMS)
def test_a_person_of_the_provider_is_a_user_under_the_providers_name(provider, knock, alg):
    provider.keys = [jwk(alg)]

    answer = knock(provider.token(alg))

    assert answer.status_code == 200
    assert answer.json()["id"] == OUTSIDER
    assert (answer.json()["actor_type"], answer.json()["role"]) == ("human", "user")
    assert answer.json()["scopes"] == ["tasks:read", "tasks:write"]


TAKEN = [
    {"aud": ["other", AUDIENCE]}, {"jti": "1"}, {"nbf": 0}, {"actor_type": "human"},
    {"scope": "keys:manage"}, {"role": "admin"}, {"sub": "auth0|5f7c"}, {"email": ...},
]  # fmt: skip


@pytest.mark.parametrize("changes", TAKEN, ids=str)
def test_what_other_providers_say_or_leave_out_is_fine_and_gives_no_privilege(
    provider, knock, changes
):
    answer = knock(provider.token(**changes))

    assert (answer.status_code, answer.json()["role"]) == (200, "user")
    assert answer.json()["scopes"] == ["tasks:read", "tasks:write"]


@pytest.mark.parametrize("typ", [None, "JWT", "jwt", "at+jwt", "application/at+JWT"])
def test_types_that_providers_use_are_taken(provider, knock, typ):
    assert knock(provider.headed({"typ": typ})).status_code == 200


CLAIMS = [
    {"iss": ISSUER.rstrip("/")}, {"iss": "http://login.example.com/"}, {"iss": [ISSUER]},
    {"iss": ...}, {"iss": None}, {"aud": "taskflow"}, {"aud": ...}, {"aud": []}, {"aud": [7]},
    {"aud": AUDIENCE + "/"}, {"exp": 1}, {"exp": ...}, {"exp": 10**30}, {"exp": "9999999999"},
    {"exp": True}, {"iat": ...}, {"iat": 10**11}, {"iat": "now"}, {"nbf": 10**11}, {"nbf": "x"},
    {"sub": ...}, {"sub": ""}, {"sub": 7}, {"sub": None}, {"sub": "a\x00b"}, {"sub": "a\nb"},
    {"sub": "a b"}, {"sub": "é"}, {"sub": "x" * 201}, {"sub": ["@alice"]}, {"jti": 7},
    {"actor_type": "agent"}, {"actor_type": "robot"}, {"actor_type": None}, {"actor_type": []},
    {"events": {}}, {"at_hash": "x"}, {"c_hash": "x"},
]  # fmt: skip


@pytest.mark.parametrize("changes", CLAIMS, ids=str)
def test_a_claim_out_of_order_is_refused(provider, refused, changes):
    refused(provider.token(**changes))


HEADERS = [
    {"typ": "migration+jwt"}, {"typ": "receipt+jwt"}, {"typ": "refresh+jwt"}, {"typ": ""},
    {"typ": "logout+jwt"}, {"typ": "secevent+jwt"}, {"typ": "dpop+jwt"}, {"typ": 7},
    {"alg": "none"}, {"alg": "HS256"}, {"alg": "RS256"}, {"alg": "ES384"}, {"alg": "EdDSA"},
    {"alg": ["ES256"]}, {"alg": {}}, {"crit": ["exp"]}, {"b64": False}, {"kid": 7}, {"kid": {}},
    {"kid": "../../etc/passwd"}, {"kid": "' OR 1=1"}, {"kid": "a\x00b"},
]  # fmt: skip


@pytest.mark.parametrize("members", HEADERS, ids=str)
def test_a_header_out_of_order_is_refused(provider, refused, members):
    refused(provider.headed(members))


def hostile(provider):
    """Tokens of the issuer that no key could make good."""
    head, payload, signature = provider.token().split(".")
    unsigned = b64(json.dumps({"alg": "none"}).encode())
    return [
        f"{head}.{payload}.", f"{head}.{payload}.=", f"{head}.{payload}.{signature}=",
        f"{head}.{payload}.{signature}~", f"{unsigned}.{payload}.", f".{payload}.{signature}",
        f"{b64(b'[]')}.{payload}.{signature}", f"é.{payload}.{signature}",
        provider.headed({"alg": "HS256"}), provider.headed({"alg": "PS256"}),
        provider.headed({"typ": "logout+jwt"}), provider.headed({"crit": ["exp"]}),
        provider.headed({"kid": 7}), provider.headed({"kid": {}}),
        provider.token(padding="x" * 8192), f"{head}.{payload}.{signature}.",
    ]  # fmt: skip


def test_a_token_that_no_key_could_make_good_causes_no_request(provider, refused):
    for token in hostile(provider):
        refused(token)
        with pytest.raises(BadCredential):
            external.principal(token, now())

    assert provider.hits == 0


def test_a_token_of_another_issuer_causes_no_request(provider, refused):
    for issuer in ("https://evil.example/", "accounts.google.com", ISSUER.upper(), "http://x"):
        refused(provider.token(iss=issuer))
        with pytest.raises(BadCredential):
            external.principal(provider.token(iss=issuer), now())

    assert provider.hits == 0


def test_a_method_that_is_not_set_up_takes_nothing(refused, contract):
    provider = IdentityProvider()
    provider.close()
    contract(auth_server_url=None, jwks_url=None, auth_audience=None)

    refused(provider.token())
    with pytest.raises(BadCredential):
        external.principal(provider.token(iss=...), now())


def test_google_may_be_the_provider_of_people_where_no_service_account_calls(provider, contract):
    contract(auth_server_url="https://accounts.google.com", gc_oauth_audience=None)

    caller = principal_of(provider.token(iss="https://accounts.google.com"), now())

    assert (caller.method, caller.actor_type) == ("external", "human")


@pytest.mark.parametrize("member", ["jku", "x5u"])
def test_no_address_in_a_token_is_ever_visited(provider, refused, member):
    with listening(text(json.dumps({"keys": [jwk("ES256", 9)]}).encode())) as sink:
        stranger = signed(
            {"alg": "ES256", "kid": jwk("ES256", 9)["kid"], member: sink.url},
            provider.claims(), "ES256", 9,
        )  # fmt: skip
        refused(stranger)

        assert sink.hits == 0


@pytest.mark.parametrize("member", ["jwk", "x5c"])
def test_no_key_in_a_token_vouches_for_it(provider, refused, member):
    refused(provider.headed({member: jwk("ES256", 9)}, "ES256", 9))


EDGES = [
    ({"exp": -29}, True), ({"exp": -30}, False), ({"iat": 30}, True), ({"iat": 31}, False),
    ({"nbf": 30}, True), ({"nbf": 31}, False),
]  # fmt: skip


@pytest.mark.parametrize(("edge", "taken"), EDGES, ids=str)
def test_clocks_may_differ_by_half_a_minute(provider, knock, time_machine, edge, taken):
    time_machine.move_to(now().replace(microsecond=0), tick=False)
    at = int(now().timestamp())

    answer = knock(provider.token(**{name: at + off for name, off in edge.items()}))

    assert answer.status_code == (200 if taken else 401)


def test_the_time_is_that_of_the_request(provider):
    token = provider.token()

    assert external.principal(token, now())
    with pytest.raises(BadCredential):
        external.principal(token, now() + timedelta(hours=2))
