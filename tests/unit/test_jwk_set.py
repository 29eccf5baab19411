"""Each key of a set is judged alone, and exactly one must fit the token."""

from itertools import product

import pytest

from accounts.algorithms import UnfitKey
from accounts.jose import RejectedToken, verify_compact
from accounts.jwk import LastingSet, choose
from tests.unit.forge import ALL, jwk, key_set, token

BAD_KEYS: tuple[object, ...] = (
    None,
    7,
    "key",
    [],
    {},
    {"kty": "oct", "k": "c2VjcmV0", "kid": "s"},
    {"kty": "new", "kid": "n"},
    jwk("EdDSA", use="enc"),
    jwk("RS256", d="AQ"),
    jwk("ES256", crv="P-384"),
)


@pytest.mark.parametrize("kid", [{}, {"kid": None}], ids=["by name", "nameless"])
def test_bad_keys_never_spoil_the_good_one(kid):
    for place in (0, 5, len(BAD_KEYS)):
        keys = [*BAD_KEYS[:place], jwk("ES256"), *BAD_KEYS[place:]]
        assert verify_compact(token(**kid), {"keys": keys}, ALL)


def test_a_token_with_a_name_takes_only_the_key_of_that_name():
    unnamed, other = jwk("ES256", kid=None), jwk("ES256", 1)

    for jwks in (key_set(unnamed), key_set(other), key_set(jwk("ES256", kid="other"))):
        with pytest.raises(RejectedToken):
            verify_compact(token(), jwks, ALL)


def test_a_token_without_a_name_is_taken_when_one_key_fits_it():
    nameless = token(kid=None)

    assert verify_compact(nameless, key_set(jwk("ES256", kid=None), jwk("RS256")), ALL)
    with pytest.raises(RejectedToken):
        verify_compact(nameless, key_set(jwk("ES256"), jwk("ES256", 1)), ALL)
    with pytest.raises(RejectedToken):
        verify_compact(nameless, key_set(jwk("RS256")), ALL)


@pytest.mark.parametrize("first", [0, 1])
def test_two_keys_of_one_name_are_both_refused(first):
    jwks = key_set(jwk("ES256", first, kid="same"), jwk("ES256", 1 - first, kid="same"))

    for name in ("same", None):
        with pytest.raises(RejectedToken):
            verify_compact(token(kid=name), jwks, ALL)
    assert choose(key_set(*jwks["keys"], jwk("ES256", 2)), kid=None, alg="ES256")


@pytest.mark.parametrize("jwks", [None, [], {}, {"keys": None}, {"keys": {}}, "{}", jwk("ES256")])
def test_what_is_no_key_set_is_refused(jwks):
    with pytest.raises(RejectedToken):
        verify_compact(token(), jwks, ALL)


def test_a_lasting_set_judges_once_and_alike(monkeypatch):
    lasting = LastingSet([jwk("RS256"), jwk("ES256")])
    first = choose(lasting, kid=None, alg="ES256")
    monkeypatch.setattr("accounts.jwk.judge", None)

    assert choose(lasting, kid=None, alg="ES256") is first


def test_a_lasting_set_goes_on_refusing():
    lasting = LastingSet([jwk("RS256"), jwk("RS256")])

    for _ in range(2):
        with pytest.raises(UnfitKey):
            choose(lasting, kid=jwk("RS256")["kid"], alg="RS256")


def chosen(jwks, kid, alg):
    try:
        return choose(jwks, kid=kid, alg=alg)
    except UnfitKey as refused:
        return str(refused)


def test_what_a_lasting_set_chose_for_one_name_and_algorithm_is_for_no_other():
    keys = [jwk("RS256"), jwk("ES256")]
    lasting = LastingSet(keys)
    asked = list(product((None, *(each["kid"] for each in keys), "unknown"), ("RS256", "ES256")))

    for kid, alg in (*asked, *reversed(asked)):
        assert chosen(lasting, kid, alg) == chosen(key_set(*keys), kid, alg)
    assert len({chosen(lasting, *each) for each in asked}) == 3
