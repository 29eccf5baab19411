"""A key that must go at once goes at once, somebody goes on signing, and the price is told."""

from datetime import timedelta

import pytest

from accounts.key_errors import KeyRevokedBefore, NoSuchKey
from accounts.models import SigningKey
from audit.errors import AuditUnavailable
from tests.factories import make_history_unwritable
from tests.keys import (
    ALG,
    NOON,
    QUARTER,
    WAIT,
    after,
    begin,
    revoke,
    rotate,
    shown_at,
    signer_at,
    told,
)

pytestmark = pytest.mark.django_db


def test_a_revoked_signer_is_followed_by_a_new_key_at_once():
    old = begin(NOON - QUARTER).kid

    revoked = revoke(old)

    assert revoked.successor is not None
    assert signer_at(NOON) == revoked.successor.kid
    assert shown_at(NOON) == {revoked.successor.kid}


def test_a_revoked_signer_is_followed_by_the_key_that_waits():
    old = begin(NOON - QUARTER).kid
    waiting = rotate().kid

    revoked = revoke(old, after(minutes=10))

    assert revoked.successor is not None
    assert (revoked.successor.kid, signer_at(after(minutes=10))) == (waiting, waiting)
    assert SigningKey.objects.count() == 2


def test_it_is_said_until_when_consumers_go_wrong():
    old = begin(NOON - QUARTER).kid
    rotate()

    revoked = revoke(old, after(minutes=10))

    assert revoked.trusted_until == after(minutes=10) + WAIT
    assert revoked.successor is not None
    assert revoked.successor.unknown_until == NOON + WAIT


def test_a_revoked_key_that_waits_leaves_the_signer_in_office():
    old = begin(NOON - QUARTER).kid
    waiting = rotate().kid

    revoked = revoke(waiting, after(minutes=10))

    row = SigningKey.objects.get(pk=old)
    assert revoked.successor is None
    assert (row.retires_at, row.removed_at) == (None, None)
    assert signer_at(after(days=1)) == old


def test_after_a_revoked_successor_another_one_can_be_published():
    begin(NOON - QUARTER)
    revoke(rotate().kid, after(minutes=10))

    new = rotate(after(minutes=20)).kid

    assert signer_at(after(minutes=20) + WAIT) == new


def test_a_revoked_key_that_had_retired_changes_no_signer():
    old = begin(NOON - QUARTER).kid
    new = rotate().kid
    later = NOON + WAIT + timedelta(minutes=1)

    revoked = revoke(old, later)

    assert revoked.successor is None
    assert (signer_at(later), shown_at(later)) == (new, {new})


def test_a_revoked_first_key_that_waits_leaves_nobody():
    waiting = rotate().kid

    assert revoke(waiting).successor is None
    assert shown_at(NOON) == set()
    assert rotate(after(minutes=1)).retiring is None


def test_the_private_half_of_a_revoked_key_is_gone():
    old = begin(NOON - QUARTER).kid

    revoke(old)

    assert SigningKey.objects.get(pk=old).sealed_private is None


def test_a_revocation_is_told_with_its_reason_and_its_price():
    old = begin(NOON - QUARTER).kid

    revoke(old)

    (entry,) = told("key.revoked")
    assert entry.target_id == old
    assert entry.context == {
        "alg": ALG,
        "reason": "a test",
        "consumers_trust_until": "2026-03-01T13:06:00.000000Z",
        "successor": signer_at(NOON),
        "successor_unknown_until": "2026-03-01T13:06:00.000000Z",
    }


def test_every_date_that_a_revocation_moves_is_told():
    old = begin(NOON - QUARTER).kid
    waiting = rotate().kid

    revoke(waiting, after(minutes=10))

    undone = told("key.rotated")[-1]
    assert undone.target_id == old
    assert undone.changes["retires_at"] == ["2026-03-01T13:06:00.000000Z", None]


def test_a_key_is_revoked_once():
    old = begin(NOON - QUARTER).kid
    revoke(old)

    with pytest.raises(KeyRevokedBefore):
        revoke(old, after(minutes=1))
    with pytest.raises(NoSuchKey):
        revoke("nobody's")


def test_a_revocation_that_can_not_be_told_does_not_happen():
    old = begin(NOON - QUARTER).kid
    make_history_unwritable()

    with pytest.raises(AuditUnavailable):
        revoke(old)
