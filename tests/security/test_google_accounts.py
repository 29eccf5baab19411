"""Only a service account of our project that Google vouches for, for us, gets in."""

import json
from datetime import timedelta

import pytest

from accounts.errors import BadCredential
from accounts.methods import google
from config.contract import Stage
from tests.servers.endpoint import listening, text
from tests.servers.google_certs import AUDIENCE, ISSUER, PROJECT, PUSHER, certificate, kid_of
from tests.unit.forge import b64, key
from wire.clock import now

pytest_plugins = ["tests.servers.fixtures"]
pytestmark = pytest.mark.usefixtures("people")

DOMAIN = f"{PROJECT}.iam.gserviceaccount.com"


@pytest.mark.parametrize("issuer", google.ISSUERS)
def test_an_account_on_the_list_is_a_service_with_the_scopes_of_the_list(
    google_server, knock, issuer
):
    answer = knock(google_server.token(iss=issuer))

    assert answer.status_code == 200
    assert answer.json()["id"] == f"sa:{PUSHER}"
    assert (answer.json()["actor_type"], answer.json()["role"]) == ("service", "user")
    assert answer.json()["scopes"] == ["tasks:write"]


def test_without_a_list_an_account_of_the_project_has_no_scopes(google_server, knock, contract):
    contract(gc_service_accounts={})

    answer = knock(google_server.token())

    assert (answer.status_code, answer.json()["scopes"]) == (200, [])


def test_without_a_list_nobody_gets_in_in_prod(google_server, contract):
    google.principal(google_server.token(), now())
    contract(gc_service_accounts={}, env=Stage.PROD)

    with pytest.raises(BadCredential):
        google.principal(google_server.token(), now())


@pytest.mark.parametrize("typ", [None, "JWT"])
def test_a_type_that_google_uses_is_taken(google_server, knock, typ):
    assert knock(google_server.headed({"typ": typ})).status_code == 200


FOREIGN = [
    "", None, 7, [PUSHER], "pusher@example.iam.gserviceaccount.com", f"x@evil-{DOMAIN}",
    f"PUSHER@{DOMAIN}", f"@{DOMAIN}", f"{PUSHER} ", f"{PUSHER}\n", f"\x00{PUSHER}",
    f"pusher@evil.example@{DOMAIN}", f"{PUSHER}.evil.example", "alice@example.org",
    f"pusher+x@{DOMAIN}", f"-pusher@{DOMAIN}", f"push\u0435r@{DOMAIN}",
]  # fmt: skip
CLAIMS = [
    {"iss": ISSUER + "/"}, {"iss": "http://accounts.google.com"}, {"iss": [ISSUER]}, {"iss": ...},
    {"iss": "https://securetoken.google.com/example-project"}, {"iss": "ACCOUNTS.google.com"},
    {"aud": AUDIENCE + "/"}, {"aud": [AUDIENCE]}, {"aud": [AUDIENCE, "x"]}, {"aud": "taskflow"},
    {"aud": ...}, {"aud": None}, {"aud": {}}, {"aud": 7},
    {"exp": 1}, {"exp": ...}, {"exp": 10**30}, {"exp": "9999999999"}, {"exp": True}, {"exp": []},
    {"exp": {}}, {"exp": None}, {"iat": ...}, {"iat": 10**11}, {"iat": "now"}, {"iat": [1]},
    {"iat": None}, {"nbf": 10**11}, {"nbf": "x"}, {"sub": ...}, {"sub": 7}, {"sub": ""},
    {"email_verified": ...}, {"email_verified": False}, {"email_verified": "true"},
    {"email_verified": 1}, {"email_verified": None}, {"email_verified": [True]},
    {"email": ...}, {"email": f"other@{DOMAIN}"}, *({"email": email} for email in FOREIGN),
]  # fmt: skip


@pytest.mark.parametrize("changes", CLAIMS, ids=ascii)
def test_a_claim_out_of_order_is_refused(google_server, refused, changes):
    refused(google_server.token(**changes))


@pytest.mark.parametrize("email", FOREIGN, ids=ascii)
def test_without_a_list_a_stranger_is_still_a_stranger(google_server, refused, contract, email):
    contract(gc_service_accounts={})

    refused(google_server.token(email=email))


HEADERS = [
    {"typ": "at+jwt"}, {"typ": "migration+jwt"}, {"typ": "logout+jwt"}, {"typ": 7}, {"typ": ""},
    {"alg": "none"}, {"alg": "HS256"}, {"alg": "ES256"}, {"alg": "RS512"}, {"alg": ["RS256"]},
    {"alg": None}, {"alg": {}}, {"kid": None}, {"kid": 7}, {"kid": {}}, {"kid": ""},
    {"kid": "../../etc/passwd"}, {"crit": ["exp"]}, {"b64": False},
]  # fmt: skip


@pytest.mark.parametrize("members", HEADERS, ids=str)
def test_a_header_out_of_order_is_refused(google_server, refused, members):
    refused(google_server.headed(members))


def test_a_token_whose_signature_google_removed_is_refused_unseen(google_server, refused):
    head, payload, signature = google_server.token().split(".")

    refused(f"{head}.{payload}.{google.UNSIGNED}")
    refused(f"{head}.{payload}.{signature}{google.UNSIGNED}")
    assert google_server.hits == 0


def test_a_token_that_no_key_could_make_good_causes_no_request(google_server, refused):
    head, payload, signature = google_server.token().split(".")
    deep = b64(b'{"iss": "' + ISSUER.encode() + b'", "x": ' + b"[" * 2000 + b"]" * 2000 + b"}")

    for token in (
        f"{head}.{payload}.", f"{head}.{payload}.{signature}=", f"{head}.{deep}.{signature}",
        f"{b64(b'[]')}.{payload}.{signature}", google_server.headed({"alg": "none"}),
        google_server.headed({"kid": {}}),
        google_server.token(iss="accounts.google.com.evil"), google_server.token(x="x" * 8192),
    ):  # fmt: skip
        refused(token)

    assert google_server.hits == 0


def test_google_is_not_asked_where_it_is_not_set_up(google_server, refused, contract):
    contract(gc_oauth_audience=None)

    refused(google_server.token())
    with pytest.raises(BadCredential):
        google.principal(google_server.token(), now())
    assert google_server.hits == 0


@pytest.mark.parametrize("member", ["jku", "x5u"])
def test_no_address_in_a_token_is_ever_visited(google_server, refused, member):
    with listening(text(json.dumps({kid_of(9): certificate(key("RS256", 1))}).encode())) as sink:
        refused(google_server.headed({member: sink.url}, 1))

        assert sink.hits == 0


EDGES = [
    ({"exp": -29}, True), ({"exp": -30}, False), ({"iat": 30}, True), ({"iat": 31}, False),
    ({"nbf": 30}, True), ({"nbf": 31}, False),
]  # fmt: skip


@pytest.mark.parametrize(("edge", "taken"), EDGES, ids=str)
def test_clocks_may_differ_by_half_a_minute(google_server, knock, time_machine, edge, taken):
    time_machine.move_to(now().replace(microsecond=0), tick=False)
    at = int(now().timestamp())

    answer = knock(google_server.token(**{name: at + off for name, off in edge.items()}))

    assert answer.status_code == (200 if taken else 401)


def test_the_time_is_that_of_the_request(google_server):
    token = google_server.token()

    assert google.principal(token, now())
    with pytest.raises(BadCredential):
        google.principal(token, now() + timedelta(hours=2))
