"""Private halves move to another encryption key, and a lost one spoils nothing else."""

from dataclasses import replace

import pytest

from accounts import sealing
from accounts.errors import SigningUnavailable
from accounts.key_errors import NoKeyToRewrap, PrivateHalfLost
from accounts.models import SigningKey
from accounts.operations import keys, rewrapping
from accounts.vault import VAULT
from tests.keys import ALG, NOON, QUARTER, begin, changing, rotate, shown_at, signer_at, told

pytestmark = pytest.mark.django_db
OTHER = bytes(range(32))


@pytest.fixture
def encrypt_with(settings):
    """Give the process other encryption keys, as a restart would."""

    def give(*encryption_keys):
        settings.CONTRACT = replace(settings.CONTRACT, key_encryption_keys=encryption_keys)
        VAULT.forget()

    return give


def rewrap():
    with changing() as journal:
        return rewrapping.rewrap(journal)


def test_private_halves_move_to_the_first_encryption_key(settings, encrypt_with):
    (old,) = settings.CONTRACT.key_encryption_keys
    kids = {begin(NOON - QUARTER).kid, rotate().kid}
    encrypt_with(OTHER, old)

    assert set(rewrap().kids) == kids

    encrypt_with(OTHER)
    assert signer_at(NOON) in kids
    assert {entry.target_id for entry in told("key.rewrapped")} == kids


def test_moving_them_again_changes_nothing(settings, encrypt_with):
    begin()
    encrypt_with(OTHER, *settings.CONTRACT.key_encryption_keys)
    rewrap()
    sealed = SigningKey.objects.get().sealed_private

    with pytest.raises(NoKeyToRewrap):
        rewrap()

    assert SigningKey.objects.get().sealed_private == sealed


def test_a_private_half_that_nothing_opens_is_named(encrypt_with):
    kid = begin().kid
    encrypt_with(OTHER)

    with pytest.raises(PrivateHalfLost, match=kid):
        rewrap()


def test_what_can_be_moved_is_moved_beside_one_that_is_lost(settings, encrypt_with):
    (old,) = settings.CONTRACT.key_encryption_keys
    kept, lost = begin(NOON - QUARTER).kid, rotate().kid
    blob = sealing.seal(b"-", [bytes(32)], bound_to=lost.encode())
    SigningKey.objects.filter(pk=lost).update(sealed_private=blob)
    encrypt_with(OTHER, old)

    done = rewrap()

    assert (done.kids, done.lost) == ((kept,), (lost,))


def test_a_lost_private_half_signs_nothing_and_its_public_half_still_verifies(encrypt_with):
    kid = begin().kid
    encrypt_with(OTHER)

    assert shown_at(NOON) == {kid}
    with pytest.raises(SigningUnavailable):
        keys.signer(NOON, ALG)
