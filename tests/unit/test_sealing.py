"""Private keys rest sealed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.sealing import CannotUnseal, derive, seal, sealed_with_first, unseal

OLD, NEW, STRANGE = (bytes([letter]) * 32 for letter in b"ons")


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_what_was_sealed_opens_again(plain, bound_to):
    assert unseal(seal(plain, [NEW], bound_to=bound_to), [NEW], bound_to=bound_to) == plain


def test_the_first_key_seals_and_every_key_opens():
    sealed_before = seal(b"secret", [OLD], bound_to=b"kid")
    sealed_after = seal(b"secret", [NEW, OLD], bound_to=b"kid")

    assert unseal(sealed_before, [NEW, OLD], bound_to=b"kid") == b"secret"
    assert unseal(sealed_after, [NEW], bound_to=b"kid") == b"secret"
    with pytest.raises(CannotUnseal):
        unseal(sealed_after, [OLD], bound_to=b"kid")


def test_a_rewrap_is_wanted_until_the_first_key_sealed_it():
    blob = seal(b"secret", [OLD], bound_to=b"kid")

    assert sealed_with_first(blob, [OLD, NEW])
    assert not sealed_with_first(blob, [NEW, OLD])


def test_a_blob_does_not_open_for_another_name():
    blob = seal(b"secret", [NEW], bound_to=b"kid-1")

    with pytest.raises(CannotUnseal):
        unseal(blob, [NEW], bound_to=b"kid-2")


@given(st.integers(min_value=0), st.integers(1, 255))
def test_a_changed_byte_keeps_it_shut(position, change):
    blob = bytearray(seal(b"secret", [NEW], bound_to=b"kid"))
    blob[position % len(blob)] ^= change

    with pytest.raises(CannotUnseal):
        unseal(bytes(blob), [NEW, OLD], bound_to=b"kid")


@given(st.binary(max_size=60))
def test_whatever_is_no_blob_is_refused_by_name(blob):
    with pytest.raises(CannotUnseal):
        unseal(blob, [NEW], bound_to=b"")


def test_a_blob_cut_anywhere_is_refused():
    blob = seal(b"secret", [NEW], bound_to=b"kid")

    for length in range(len(blob)):
        with pytest.raises(CannotUnseal):
            unseal(blob[:length], [NEW], bound_to=b"kid")


def test_a_database_may_hand_back_a_memoryview():
    blob = memoryview(seal(b"secret", [NEW], bound_to=b"kid"))

    assert unseal(blob, [NEW], bound_to=b"kid") == b"secret"
    assert sealed_with_first(blob, [NEW])


def test_sealing_twice_gives_different_blobs_without_the_secret_in_them():
    first, second = (seal(b"secret", [NEW], bound_to=b"kid") for _ in range(2))

    assert first != second
    assert b"secret" not in first
    assert NEW[:8] not in first


@pytest.mark.parametrize("keys", [[], [b"short"], [NEW, b"k" * 31], [b"k" * 33]])
def test_only_keys_of_32_bytes_are_taken(keys):
    for use in (
        lambda: seal(b"", keys, bound_to=b""),
        lambda: unseal(b"", keys, bound_to=b""),
        lambda: derive(keys, "purpose"),
    ):
        with pytest.raises(ValueError, match="32 bytes"):
            use()


def test_each_purpose_has_its_own_subkeys_in_the_order_of_the_keys():
    subkeys = derive([NEW, OLD], "refresh tokens")

    assert subkeys == derive([NEW], "refresh tokens") + derive([OLD], "refresh tokens")
    assert [len(key) for key in subkeys] == [32, 32]
    assert len({*subkeys, *derive([NEW, OLD], "something else"), NEW, OLD}) == 6
