"""POST /api/token."""

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from audit.models import Entry
from tests.people import PASSWORD


def test_a_handle_and_password_get_a_pair(anonymous):
    answer = anonymous.post("/api/token", {"username": "alice", "password": PASSWORD})

    assert answer.status_code == 200
    assert set(answer.data) == {"access", "refresh", "token_type", "expires_in"}
    assert answer.data["token_type"] == "Bearer"
    assert answer.data["expires_in"] == 600


@pytest.mark.parametrize("name", ["@alice", "alice", "ALICE", "alice@example.org"])
def test_every_spelling_of_a_name_is_understood(anonymous, name):
    answer = anonymous.post("/api/token", {"username": name, "password": PASSWORD})

    assert answer.status_code == 200


def test_the_access_token_is_verified_by_an_unrelated_library(anonymous):
    pair = anonymous.post("/api/token", {"username": "alice", "password": PASSWORD}).data
    keys = KeySet.import_key_set(anonymous.get("/.well-known/jwks.json").json())

    token = jwt.decode(pair["access"], keys, algorithms=["RS256"])

    assert token.header["typ"] == "at+jwt"
    assert token.claims["sub"] == "@alice"
    assert token.claims["aud"] == "taskflow"
    assert token.claims["scope"] == "tasks:read tasks:write"
    assert token.claims["actor_type"] == "human"


def test_the_access_token_opens_the_api(anonymous):
    pair = anonymous.post("/api/token", {"username": "alice", "password": PASSWORD}).data

    answer = anonymous.get("/api/me", HTTP_AUTHORIZATION=f"Bearer {pair['access']}")

    assert answer.data["id"] == "@alice"
    assert answer.data["method"] == "own"


def test_signing_in_is_recorded_in_the_name_of_who_did(anonymous):
    anonymous.post("/api/token", {"username": "alice", "password": PASSWORD})

    entry = Entry.objects.get(action="token.issued")
    assert (entry.actor_id, entry.actor_type, entry.auth_method) == ("@alice", "human", "password")


@pytest.mark.parametrize("name", ["@alice", "@robo", "@mallory", "nobody@example.org", "@", " "])
def test_a_wrong_password_is_refused_alike_for_everybody(anonymous, name):
    answer = anonymous.post("/api/token", {"username": name, "password": "wrong"})

    assert answer.status_code in (401, 422)
    assert answer.data.get("code") in ("sign_in_failed", "validation_failed")


def test_a_failed_sign_in_is_recorded_without_what_was_typed(anonymous):
    anonymous.post("/api/token", {"username": "my secret phrase", "password": "wrong"})

    entry = Entry.objects.get(action="sign_in.failed")
    assert entry.target_id == ""
    assert "secret phrase" not in str(entry.__dict__)
