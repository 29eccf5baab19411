"""What a process knows of the keys while the database is there, slow, or away."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from accounts.errors import SigningUnavailable
from accounts.methods import own
from accounts.operations import keys
from accounts.vault import VAULT
from tests.broken import database_away
from tests.keys import ALG, NOON, QUARTER, WAIT, access_token, after, begin, rotate

pytestmark = pytest.mark.django_db(transaction=True)
PATHS = ["/.well-known/jwks.json", "/api/auth/jwks"]
SECOND = timedelta(seconds=1)


@pytest.fixture
def noon(time_machine):
    """Stop the clock at noon; the result moves it."""
    time_machine.move_to(NOON, tick=False)
    return time_machine


def test_the_ring_is_read_once_in_fifteen_seconds(django_assert_num_queries):
    begin()
    VAULT.ring(NOON)

    with django_assert_num_queries(0):
        VAULT.ring(after(seconds=14.9))
    with django_assert_num_queries(1):
        VAULT.ring(after(seconds=15))
        VAULT.ring(after(seconds=29.9))


def test_whoever_comes_while_the_ring_is_read_takes_the_last_known_one(django_assert_num_queries):
    begin()
    known = VAULT.ring(NOON)

    with VAULT._reading, django_assert_num_queries(0):
        assert VAULT.ring(after(minutes=1)) is known


def test_a_new_key_is_known_everywhere_within_fifteen_seconds():
    begin(NOON - QUARTER)
    VAULT.ring(NOON)
    stale = type(VAULT)()
    stale.ring(NOON)

    new = rotate(NOON + SECOND).kid

    known = [{key.kid for key in vault.ring(after(seconds=15)).trusted(NOON)}
             for vault in (VAULT, stale)]  # fmt: skip
    assert all(new in kids for kids in known)


@pytest.mark.parametrize("path", PATHS)
def test_without_the_database_the_last_known_set_is_served(noon, path):
    begin()
    before = APIClient().get(path)

    noon.move_to(after(minutes=10), tick=False)
    with database_away():
        answer = APIClient().get(path)

    assert (answer.status_code, answer.content) == (200, before.content)
    assert answer["ETag"] == before["ETag"]
    assert answer["Cache-Control"] == "public, max-age=300"


def test_the_longer_the_database_is_away_the_shorter_the_set_may_be_cached(noon):
    begin()
    APIClient().get(PATHS[0])

    ages = {}
    with database_away():
        for minutes in (60, 62, 65, 66, 600):
            noon.move_to(after(minutes=minutes), tick=False)
            ages[minutes] = APIClient().get(PATHS[0])["Cache-Control"].rpartition("=")[2]

    assert ages == {60: "300", 62: "210", 65: "30", 66: "0", 600: "0"}


def test_without_the_database_and_without_a_set_the_service_says_so():
    with database_away():
        answer = APIClient().get(PATHS[0])

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_without_the_database_tokens_are_verified():
    begin()
    token = access_token()

    with database_away():
        claims = own.verify(token, after(minutes=5))

    assert claims.subject == "@alice"


def test_without_the_database_tokens_are_signed_until_a_successor_could_be_signing():
    kid = begin().kid
    keys.signer(NOON, ALG)

    with database_away():
        assert keys.signer(NOON + WAIT - SECOND, ALG).kid == kid
        with pytest.raises(SigningUnavailable):
            keys.signer(NOON + WAIT, ALG)

    assert keys.signer(NOON + WAIT + 15 * SECOND, ALG).kid == kid
