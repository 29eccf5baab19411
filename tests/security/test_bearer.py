"""No hostile token gets in, and all of them hear the same."""

import pytest

from accounts.private_keys import generate
from tests.security.tokens import Forger, segment
from wire.clock import now

ISSUER = "http://127.0.0.1:8000"
NOBODYS = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def good():
    issued = int(now().timestamp())
    return {
        "iss": ISSUER, "sub": "@alice", "aud": "taskflow", "client_id": "first-party",
        "iat": issued, "exp": issued + 600, "jti": "j", "scope": "tasks:read tasks:write",
        "actor_type": "human", "role": "user", "ver": 1,
    }  # fmt: skip


@pytest.fixture
def forger(private_key, signing_key, good):
    return Forger(private_key, signing_key.kid, good)


@pytest.fixture
def knock(anonymous):
    def get(token):
        return anonymous.get(
            "/api/me", HTTP_AUTHORIZATION=f"Bearer {token}", HTTP_X_REQUEST_ID="same-id-1"
        )

    return get


def assert_refused(answer, baseline):
    assert answer.status_code == 401
    assert answer.content == baseline.content
    assert answer["WWW-Authenticate"] == baseline["WWW-Authenticate"]


def test_the_good_token_gets_in(forger, knock):
    assert knock(forger.token()).status_code == 200


CLAIMS = [
    {"iss": "https://elsewhere.example"}, {"iss": ISSUER + "/"}, {"iss": [ISSUER]}, {"iss": ...},
    {"aud": "billing"}, {"aud": []}, {"aud": ...}, {"aud": ["billing", "audit"]}, {"aud": 7},
    {"exp": 1}, {"exp": ...}, {"exp": 10**30}, {"exp": "9999999999"}, {"exp": True},
    {"iat": 10**11}, {"iat": ...}, {"iat": "now"}, {"nbf": 10**11}, {"nbf": "x"},
    {"sub": ...}, {"sub": ""}, {"sub": 7}, {"sub": "@mallory"}, {"sub": "@nobody"},
    {"jti": ...}, {"jti": ""}, {"jti": 1},
    {"actor_type": "agent"}, {"actor_type": "system"}, {"actor_type": "god"}, {"actor_type": ...},
    {"role": "root"}, {"role": 1}, {"role": ...}, {"scope": ["tasks:read"]}, {"scope": 7},
    {"sid": 7}, {"sid": "s"}, {"sid": NOBODYS},
]  # fmt: skip


@pytest.mark.parametrize("changes", CLAIMS, ids=str)
def test_a_claim_out_of_order_is_refused(forger, knock, changes):
    assert_refused(knock(forger.token(**changes)), knock("x"))


@pytest.mark.parametrize("typ", ["JWT", "refresh+jwt", "migration+jwt", "receipt+jwt", ""])
def test_a_token_of_another_type_is_refused(forger, knock, typ):
    assert_refused(knock(forger.token(typ=typ)), knock("x"))


HEADERS = [
    {"alg": "none"}, {"alg": "HS256"}, {"alg": "RS512"}, {"alg": "PS256"}, {"alg": "ES256"},
    {"alg": ["RS256"]}, {"alg": None}, {"kid": "../../etc/passwd"}, {"kid": "' OR 1=1"},
    {"kid": 7}, {"crit": ["exp"]}, {"crit": []}, {"b64": False},
    {"jku": "http://127.0.0.1:9/keys"}, {"x5u": "http://127.0.0.1:9/"}, {"jwk": {"kty": "oct"}},
]  # fmt: skip


@pytest.mark.parametrize("members", HEADERS, ids=str)
def test_a_header_that_was_changed_is_refused(forger, knock, members):
    assert_refused(knock(forger.header(**members)), knock("x"))


def test_a_token_of_another_key_under_our_kid_is_refused(forger, knock):
    stranger = Forger(generate("RS256"), forger.kid, forger.good)

    assert_refused(knock(stranger.token()), knock("x"))


SHAPES = [
    "", ".", "..", "...", "a.b", "a.b.c.d", "é.é.é", "\x00", "dev", "null", "Bearer x",
    "A" * 9000, f"{segment({'alg': 'none'})}.{segment({'iss': ISSUER})}.",
    f"{segment([])}.{segment([])}.x", f"{segment({})}.{segment({'iss': ISSUER})}.x",
]  # fmt: skip


@pytest.mark.parametrize("token", SHAPES, ids=lambda token: repr(token[:20]))
def test_what_is_no_token_is_refused(knock, token):
    assert_refused(knock(token), knock("x"))


def test_privileges_are_not_taken_from_a_token_that_outlived_them(forger, knock):
    answer = knock(forger.token(role="admin", scope="tasks:read ops:run keys:manage"))

    assert answer.data["role"] == "user"
    assert answer.data["scopes"] == ["tasks:read"]


def test_two_credentials_name_two_callers_and_are_refused(anonymous, forger):
    answer = anonymous.get(
        "/api/me",
        HTTP_AUTHORIZATION=f"Bearer {forger.token()}",
        HTTP_X_ADMIN_API_KEY="x" * 40,
    )

    assert answer.status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Basic YTpi", "Digest x", "bearer"])
def test_another_scheme_is_no_credential(anonymous, header):
    answer = anonymous.get("/api/me", HTTP_AUTHORIZATION=header)

    assert answer.status_code == 401
