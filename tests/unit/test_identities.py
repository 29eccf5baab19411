"""People of outside providers have names that cannot be mistaken for anybody else's."""

import re

import pytest

from accounts.identities import LONGEST_SUBJECT, external_id, provider_name

ISSUERS = [
    "https://login.example.com", "https://login.example.com/", "http://login.example.com",
    "https://login.example.com:8443", "https://login.example.com/tenant-a/v2.0",
    "https://login.example.com/tenant-b/v2.0", "https://LOGIN.example.com", "https://sa",
    "https://dev", "https://[::1]:9000", "https://127.0.0.1", "https://-.example", "idp", "",
    f"https://{'a' * 60}.{'b' * 60}.example", "https://bücher.example", "https://login_2.example",
]  # fmt: skip
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,39}-[0-9a-f]{8}")
FITTING = ["1", "user_2abC", "auth0|5f7c8ec7c33c6c004bbafe82", "a:b:c", "x" * LONGEST_SUBJECT]
ODD = [
    "", " ", "a b", "a\n", "\x00", "a\x00b", "\x1b[31m", "ä", "\u202eevil", "\ud800", "\x7f",
    "x" * (LONGEST_SUBJECT + 1),
]  # fmt: skip


@pytest.mark.parametrize("issuer", ISSUERS)
def test_a_provider_has_a_short_name_of_safe_characters(issuer):
    assert NAME.fullmatch(provider_name(issuer))


def test_no_two_issuers_have_one_name():
    assert len({provider_name(issuer) for issuer in ISSUERS}) == len(ISSUERS)


def test_the_name_tells_the_host_and_stays_the_same():
    assert provider_name("https://login.example.com/") == "login.example.com-4147408d"


@pytest.mark.parametrize("subject", FITTING)
def test_the_first_colon_parts_provider_and_subject(subject):
    name, _, rest = external_id("https://login.example.com/", subject).partition(":")

    assert (name, rest) == (provider_name("https://login.example.com/"), subject)


@pytest.mark.parametrize("issuer", ISSUERS)
def test_an_id_fits_where_ids_are_stored(issuer):
    assert len(external_id(issuer, "x" * LONGEST_SUBJECT)) <= 255


@pytest.mark.parametrize("subject", ODD, ids=ascii)
def test_an_odd_subject_is_refused(subject):
    with pytest.raises(ValueError, match="visible"):
        external_id("https://login.example.com/", subject)
