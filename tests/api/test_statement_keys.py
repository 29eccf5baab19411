"""GET /.well-known/statement-keys.json: every key that ever signed, for what outlives it."""

from typing import Any

import pytest

from accounts.operations.statements import sign_statement, verify_statement
from accounts.statement_keys import verify
from tests.keys import NOON, QUARTER, begin, revoke, rotate

pytestmark = pytest.mark.django_db
PATH = "/.well-known/statement-keys.json"
KIND: Any = {"typ": "receipt+jwt", "audience": "taskflow/receipts"}


@pytest.fixture
def receipt(time_machine, signing_key):
    """One whose key was rotated out and removed long ago."""
    at = signing_key.signs_from
    signed = sign_statement({"sub": "@carol"}, at=at, lifetime=None, **KIND)
    rotate(at, "RS256", early=True)
    time_machine.move_to(at + 2 * QUARTER, tick=False)
    return signed


def published(client):
    return client.get(PATH).json()


def test_a_removed_key_is_in_the_archive_and_no_longer_in_the_set(client, receipt, signing_key):
    shown = client.get("/.well-known/jwks.json").json()["keys"]
    kept = {key["kid"]: key for key in published(client)["keys"]}

    assert signing_key.kid not in {key["kid"] for key in shown}
    assert kept[signing_key.kid]["exp"] > kept[signing_key.kid]["nbf"]
    assert len(kept) == 2


def test_a_receipt_verifies_here_and_offline_when_its_key_was_removed(
    client, receipt, settings, signing_key
):
    at = signing_key.signs_from + 2 * QUARTER

    offline = verify(receipt, published(client), issuer=settings.CONTRACT.base_url, at=at, **KIND)

    assert offline == verify_statement(receipt, at=at, **KIND)
    assert offline["sub"] == "@carol"


def test_a_revoked_key_says_since_when(client, time_machine):
    time_machine.move_to(NOON, tick=False)
    kid = begin(NOON - QUARTER).kid
    revoke(kid)

    (entry,) = [key for key in published(client)["keys"] if key["kid"] == kid]

    assert entry["revoked"] == {"revoked_at": int(NOON.timestamp())}
    assert {"d", "p", "q", "k"}.isdisjoint(entry)


def test_everybody_may_keep_it_and_ask_again_cheaply(client, signing_key):
    first = client.get(PATH)

    assert first["Cache-Control"] == "public, max-age=300"
    assert first["Access-Control-Allow-Origin"] == "*"
    assert client.get(PATH, headers={"If-None-Match": first["ETag"]}).status_code == 304
