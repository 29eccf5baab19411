"""What was signed to last is judged by the keys of its time, with the archive alone."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.jose import RejectedToken
from accounts.keys import KeyDates, SigningKey
from accounts.statement_keys import archive, verify
from tests.unit.forge import jwk, token

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
YEAR = timedelta(days=365)
LIFE = {
    "published_at": NOON - timedelta(days=1),
    "signs_from": NOON,
    "retires_at": NOON + timedelta(days=90),
    "removed_at": NOON + timedelta(days=91),
}


def keys(number=0, **dates):
    return archive([SigningKey("a", "RS256", KeyDates(**LIFE | dates), jwk("RS256", number))])


def statement(at=NOON, **claims):
    issued = int(at.timestamp())
    said = {"iss": "us", "aud": "receipts", "iat": issued, "jti": "1", "sub": "@carol", **claims}
    return token(said, "RS256", typ="receipt+jwt")


def judged(signed, known, at=NOON + YEAR, **wishes):
    return verify(
        signed, known, issuer="us", typ="receipt+jwt", audience="receipts", at=at, **wishes
    )


def in_force(at, seconds):
    return statement(at, exp=int(at.timestamp()) + seconds)


def test_a_receipt_outlives_its_key():
    assert judged(statement(), keys())["sub"] == "@carol"


@pytest.mark.parametrize(
    "signed_at",
    [LIFE["published_at"] - timedelta(seconds=31), LIFE["removed_at"], NOON + 2 * YEAR],
    ids=["before its key", "after its key", "in the future"],
)
def test_a_receipt_of_another_time_than_its_key_s_is_refused(signed_at):
    with pytest.raises(RejectedToken):
        judged(statement(signed_at), keys())


def test_a_revoked_key_vouches_for_what_it_signed_before():
    revoked = keys(revoked_at=NOON + timedelta(hours=1))

    assert judged(statement(NOON + timedelta(minutes=59)), revoked)
    with pytest.raises(RejectedToken):
        judged(statement(NOON + timedelta(hours=1)), revoked)


def test_a_permit_in_force_falls_with_its_key():
    later = NOON + timedelta(minutes=5)
    permit = in_force(NOON, 900)

    assert judged(permit, keys(), at=later)
    with pytest.raises(RejectedToken):
        judged(permit, keys(revoked_at=later), at=later)


def test_a_permit_that_is_over_is_known_to_whoever_asks_for_those():
    permit = in_force(NOON, 900)

    assert judged(permit, keys(), expired_too=True)
    with pytest.raises(RejectedToken):
        judged(permit, keys())


def test_another_key_vouches_for_nothing():
    with pytest.raises(RejectedToken):
        judged(statement(), keys(1))


@pytest.mark.parametrize("changes", [{"iss": "them"}, {"aud": "permits"}, {"iat": "1"}])
def test_another_issuer_audience_or_no_time_is_refused(changes):
    with pytest.raises(RejectedToken):
        judged(statement(**changes), keys())


@pytest.mark.parametrize(
    "known", [None, {}, {"keys": None}, {"keys": ["x"]}, {"keys": [{"nbf": "x"}]}]
)
def test_what_is_no_archive_verifies_nothing(known):
    with pytest.raises(RejectedToken):
        judged(statement(), known)


@pytest.mark.parametrize("garbage", ["", "x", "a.b.c", "..", "é.é.é"])
def test_what_is_no_statement_is_refused(garbage):
    with pytest.raises(RejectedToken):
        judged(garbage, keys())
