"""Windows that a deployment lengthens hold for a key that waits to sign already."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.operations import keys
from audit.models import Entry
from tests.keys import ALG, LAST, NOON, QUARTER, WAIT, after, begin, revoke, rotate, shown_at, told
from tests.oauth import statements

pytestmark = pytest.mark.django_db(transaction=True)
LONGER = timedelta(seconds=86_400 - 3600)
MINUTE = timedelta(seconds=60)


@pytest.fixture
def old():
    """The key that signs."""
    return begin(NOON - QUARTER).kid


@pytest.fixture
def new(old):
    """Its successor, published at noon."""
    return rotate().kid


@pytest.fixture
def deploy(settings):
    """Deploy with other values of the environment."""

    def change(**values):
        settings.CONTRACT = replace(settings.CONTRACT, **values)

    return change


def signer(at):
    return keys.signer(at, ALG).kid


@pytest.mark.parametrize(
    "more",
    [{"consumer_cache_seconds": 86_400}, {"jwks_max_age": 86_700 - 3600}],
    ids=lambda more: next(iter(more)),
)
def test_a_longer_cache_postpones_the_key_that_waits(old, new, deploy, more):
    deploy(**more)

    at_once = signer(NOON + MINUTE)

    assert at_once == old
    assert signer(NOON + WAIT) == signer(NOON + WAIT + LONGER - MINUTE) == old
    assert signer(NOON + WAIT + LONGER) == new


def test_its_predecessor_stays_until_nothing_it_signed_is_honoured(old, new, deploy):
    deploy(consumer_cache_seconds=86_400)
    signer(NOON + MINUTE)

    gone = NOON + WAIT + LONGER + LAST
    assert shown_at(gone - MINUTE) == {old, new}
    assert shown_at(gone) == {new}


def test_longer_tokens_keep_the_predecessor_shown(old, new, deploy):
    deploy(access_token_seconds=4500)
    signer(NOON + MINUTE)

    assert signer(NOON + WAIT) == new
    assert shown_at(NOON + WAIT + LAST + timedelta(seconds=3599)) == {old, new}
    assert shown_at(NOON + WAIT + LAST + timedelta(seconds=3600)) == {new}


def test_history_tells_by_how_much(old, new, deploy):
    deploy(consumer_cache_seconds=86_400)
    signer(NOON + MINUTE)

    waiting, signing = told("key.rotated")[-2:]
    assert (waiting.target_id, signing.target_id) == (new, old)
    assert waiting.actor_id == "system:issuer"
    assert waiting.changes == {
        "signs_from": ["2026-03-01T13:06:00.000000Z", "2026-03-02T12:06:00.000000Z"]
    }
    assert signing.changes["retires_at"] == waiting.changes["signs_from"]


@pytest.mark.parametrize(
    "more", [{}, {"consumer_cache_seconds": 60}, {"consumer_cache_seconds": 3600}], ids=str
)
def test_what_is_in_order_stays_and_costs_nothing(old, new, deploy, more):
    deploy(**more)
    signer(NOON)

    with statements() as spent:
        assert signer(NOON + timedelta(seconds=1)) == old

    assert spent == []
    assert signer(NOON + WAIT) == new


def test_it_is_done_once(old, new, deploy):
    deploy(consumer_cache_seconds=86_400)
    signer(NOON + MINUTE)
    before = Entry.objects.count()

    signer(NOON + 2 * MINUTE)

    assert Entry.objects.count() == before


def test_a_later_time_that_was_wished_is_kept(old, deploy):
    later = after(days=3)
    new = rotate(signs_from=later).kid
    deploy(consumer_cache_seconds=86_400)

    signer(NOON + MINUTE)

    assert signer(later - MINUTE) == old
    assert signer(later) == new


def test_a_key_about_to_sign_is_not_moved(old, new, deploy):
    deploy(consumer_cache_seconds=86_400)
    others_may_know = NOON + WAIT - timedelta(seconds=60)

    assert signer(others_may_know) == old
    assert signer(NOON + WAIT) == new


def test_a_key_that_signs_already_goes_on(old, new, deploy):
    signer(NOON + WAIT)
    deploy(consumer_cache_seconds=86_400)

    assert signer(NOON + WAIT + MINUTE) == new


def test_an_emergency_waits_for_no_window(old, new, deploy):
    deploy(consumer_cache_seconds=86_400)
    signer(NOON + MINUTE)

    revoke(old, NOON + 2 * MINUTE)

    assert signer(NOON + 2 * MINUTE) == new


def test_a_key_that_was_revoked_is_not_waited_for(old, new, deploy):
    revoke(new)
    deploy(consumer_cache_seconds=86_400)

    before = Entry.objects.count()

    assert signer(NOON + WAIT) == old
    assert Entry.objects.count() == before
