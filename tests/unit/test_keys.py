"""A key's life is told by dates, and consumers are never left without the next signer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.keys import DatesOutOfOrder, KeyDates, KeyRing, NoSigner, SigningKey
from accounts.windows import Windows

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
WINDOWS = Windows(jwks_max_age=300, consumer_cache=3600, skew=30, access_seconds=600, leeway=30)


def minutes(count):
    return NOON + timedelta(minutes=count)


def a_key(kid="a", *, alg="RS256", private="loaded", **dates):
    course = {"published_at": minutes(-100), "signs_from": minutes(-30), **dates}
    return SigningKey(kid, alg, KeyDates(**course), jwk={"kid": kid}, private=private)


def test_a_key_signs_between_its_dates_only():
    ring = KeyRing([a_key(signs_from=minutes(0), retires_at=minutes(10))])

    assert ring.signer(minutes(0)).kid == "a"
    for at in (minutes(-1), minutes(10)):
        with pytest.raises(NoSigner):
            ring.signer(at)


def test_the_newest_key_that_may_sign_does():
    ring = KeyRing([a_key("new", signs_from=minutes(5)), a_key("old")])

    assert ring.signer(minutes(4)).kid == "old"
    assert ring.signer(minutes(5)).kid == "new"


def test_each_algorithm_has_its_own_signer():
    ring = KeyRing([a_key("rsa"), a_key("ec", alg="ES256", signs_from=minutes(-1))])

    assert ring.signer(NOON).kid == "rsa"
    assert ring.signer(NOON, alg="ES256").kid == "ec"
    with pytest.raises(NoSigner):
        ring.signer(NOON, alg="EdDSA")


def test_a_key_without_its_private_half_verifies_only():
    ring = KeyRing([a_key(private=None)])

    assert ring.trusted(NOON)
    with pytest.raises(NoSigner):
        ring.signer(NOON)


def test_a_key_is_shown_from_publication_to_removal():
    ring = KeyRing(
        [a_key(published_at=minutes(-100), retires_at=minutes(0), removed_at=minutes(20))]
    )

    assert [len(ring.published(minutes(at))) for at in (-101, -100, 19, 20)] == [0, 1, 1, 0]


def test_a_revoked_key_neither_signs_nor_counts_nor_is_shown():
    ring = KeyRing([a_key(revoked_at=minutes(0))])

    assert ring.signer(minutes(-1))
    assert (ring.published(NOON), ring.trusted(NOON)) == ((), ())
    with pytest.raises(NoSigner):
        ring.signer(NOON)


def test_a_key_counts_before_it_is_shown_because_clocks_differ():
    ring = KeyRing([a_key(published_at=minutes(1), signs_from=minutes(1))])

    assert [key.kid for key in ring.trusted(NOON)] == ["a"]
    assert ring.published(NOON) == ()


def test_the_set_holds_the_published_keys_in_one_order():
    keys = [a_key("b"), a_key("a"), a_key("later", published_at=minutes(1), signs_from=minutes(9))]

    assert KeyRing(keys).jwks(NOON) == {"keys": [{"kid": "a"}, {"kid": "b"}]}
    assert KeyRing(reversed(keys)).jwks(NOON) == KeyRing(keys).jwks(NOON)


@pytest.mark.parametrize(
    "dates",
    [
        {"published_at": minutes(1), "signs_from": minutes(0)},
        {"retires_at": minutes(-31)},
        {"retires_at": minutes(2), "removed_at": minutes(1)},
        {"removed_at": minutes(-31)},
    ],
)
def test_dates_out_of_order_make_no_key(dates):
    with pytest.raises(DatesOutOfOrder):
        a_key(**dates)


def test_the_private_half_is_never_shown():
    assert "hush" not in repr(a_key(private="hush"))


def test_a_quiet_ring_may_be_cached_up_to_the_ceiling():
    published_ahead = a_key("next", signs_from=minutes(2))

    assert KeyRing([a_key(), published_ahead]).max_age(NOON, 300) == 300


def test_a_key_that_is_still_unseen_bounds_the_age():
    unseen = a_key("next", published_at=minutes(1), signs_from=minutes(3))
    ring = KeyRing([a_key(), unseen])

    assert ring.max_age(NOON, 300) == 180
    assert ring.max_age(NOON, 300, skew=30) == 150
    assert ring.max_age(minutes(1), 300, skew=30) == 300


def test_a_revoked_or_removed_key_does_not_bound_the_age():
    never = a_key("x", published_at=minutes(1), signs_from=minutes(3), revoked_at=NOON)
    gone = a_key("y", retires_at=minutes(-20), removed_at=minutes(-10))

    assert KeyRing([a_key(), never, gone]).max_age(NOON, 300) == 300


def test_a_set_is_not_held_past_the_retirement_of_its_last_signer():
    retired = a_key("old", retires_at=minutes(-5))

    assert KeyRing([retired, a_key(retires_at=minutes(2))]).max_age(NOON, 300) == 120
    assert KeyRing([retired]).max_age(NOON, 300) == 0
    assert KeyRing([]).max_age(NOON, 300) == 0


@pytest.mark.parametrize("read_minutes_ago, age", [(0, 300), (60, 300), (62, 180), (70, 0)])
def test_a_ring_that_was_read_long_ago_is_cached_ever_more_briefly(read_minutes_ago, age):
    blind_from = WINDOWS.earliest_signing(minutes(-read_minutes_ago))

    ring = KeyRing([a_key()], blind_from=blind_from)

    assert ring.max_age(NOON, 300, skew=30) == age


def test_a_blind_ring_verifies_and_signs_nothing():
    ring = KeyRing([a_key()], blind_from=NOON)

    assert ring.signer(minutes(-1)).kid == "a"
    assert [key.kid for key in ring.trusted(NOON)] == ["a"]
    with pytest.raises(NoSigner):
        ring.signer(NOON)


def test_the_next_signer_of_an_algorithm_is_told():
    ring = KeyRing([a_key(), a_key("ec", alg="ES256", signs_from=minutes(5))])

    assert ring.signs_next(NOON, "ES256") == minutes(5)
    assert ring.signs_next(minutes(5), "ES256") is None
    assert (ring.knows("ES256"), ring.knows("EdDSA")) == (True, False)


@pytest.mark.parametrize(
    "at, dates, state",
    [
        (-31, {}, "next"),
        (-30, {}, "signing"),
        (0, {"retires_at": minutes(0)}, "retired"),
        (9, {"retires_at": minutes(0), "removed_at": minutes(9)}, "removed"),
        (9, {"removed_at": minutes(9), "revoked_at": minutes(1)}, "revoked"),
        (0, {"revoked_at": minutes(1)}, "signing"),
    ],
)
def test_a_key_stands_where_its_last_date_put_it(at, dates, state):
    assert a_key(**dates).dates.state(minutes(at)) == state


INSTANTS = st.integers(-600, 600).map(lambda seconds: NOON + timedelta(seconds=seconds))


@st.composite
def rings(draw):
    keys = []
    for kid in range(draw(st.integers(0, 4))):
        dates = sorted(draw(st.lists(INSTANTS, min_size=2, max_size=4)))
        names = ("published_at", "signs_from", "retires_at", "removed_at")
        keys.append(a_key(str(kid), **dict(zip(names, dates, strict=False))))
    return KeyRing(keys)


@given(rings(), st.integers(0, 600), st.integers(0, 600))
def test_whoever_caches_a_set_knows_every_signer_while_it_holds_it(ring, ceiling, held):
    shown = {key["kid"] for key in ring.jwks(NOON)["keys"]}
    age = ring.max_age(NOON, ceiling)

    assert 0 <= age <= ceiling
    assert {signer.kid for signer in _signers(ring, min(held, age - 1))} <= shown


def _signers(ring, seconds_later):
    try:
        return [ring.signer(NOON + timedelta(seconds=max(seconds_later, 0)))]
    except NoSigner:
        return []
