"""What the audiences declare of their caches, and the keys that wait to sign, suit each other."""

from dataclasses import replace

import pytest

from accounts.key_errors import TooEarly
from accounts.models import Audience
from accounts.operations import audiences
from tests.keys import NOON, QUARTER, WAIT, after, begin, changing, revoke, rotate

pytestmark = pytest.mark.django_db
NAMED = r"from 2026-03-01T13:06:00Z on"


def register(seconds, at=NOON, name="billing"):
    with changing(at) as journal:
        return audiences.register(name, journal=journal, cache_seconds=seconds)


def change(seconds, at=NOON, name="billing"):
    with changing(at) as journal:
        return audiences.change(name, journal=journal, jwks_cache_seconds=seconds)


@pytest.fixture
def waiting():
    """A successor, published at noon."""
    begin(NOON - QUARTER)
    register(60)
    return rotate()


def test_a_longer_cache_is_refused_while_a_key_waits_that_it_would_miss(waiting):
    for declare in (change, lambda seconds: register(seconds, name="ledger")):
        with pytest.raises(TooEarly, match=NAMED):
            declare(3601)

    assert set(Audience.objects.values_list("jwks_cache_seconds", flat=True)) == {60, 0}


def test_a_longer_cache_may_be_declared_when_that_key_signs(waiting):
    assert change(7200, at=NOON + WAIT).jwks_cache_seconds == 7200


def test_a_cache_that_the_waiting_key_reckons_with_may_be_declared(waiting):
    assert change(3600).jwks_cache_seconds == 3600


def test_a_key_that_waits_long_enough_anyway_hinders_nobody():
    begin(NOON - QUARTER)
    rotate(signs_from=after(days=1))

    assert register(7200).jwks_cache_seconds == 7200
    with pytest.raises(TooEarly):
        register(86_400, name="ledger")


def test_what_the_operator_says_of_caches_counts_where_no_audience_says_more(settings):
    settings.CONTRACT = replace(settings.CONTRACT, consumer_cache_seconds=5)
    begin(NOON - QUARTER)

    assert rotate().dates.signs_from == after(seconds=300 + 5 + 30 + 15 + 15)


def test_a_key_that_was_revoked_hinders_nobody(waiting):
    revoke(waiting.kid)

    assert change(7200).jwks_cache_seconds == 7200
