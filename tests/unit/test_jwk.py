"""A public key is judged by what it shows, before anything is checked with it."""

import math
from base64 import urlsafe_b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import import_key

from accounts import strength
from accounts.algorithms import UnfitKey
from accounts.jose import RejectedToken, verify_compact
from accounts.jwk import judge, public_jwk, thumbprint
from tests.unit.forge import ALL, b64, jwk, key, key_set, token

# RFC 7638, section 3.1, and RFC 8037, appendix A.3
RFC_RSA = {
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"
    "BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2"
    "QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6W"
    "eZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    "e": "AQAB",
    "alg": "RS256",
    "kid": "2011-04-29",
}
RFC_ED25519 = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}


def number(value):
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def fingerprinted(bits):
    """Make a modulus as the broken generator did: p = k*M + (65537^a mod M), twice."""
    m = math.prod(p for p in range(2, 702) if all(p % q for q in range(2, p)))
    k = 1 << (bits // 2 - m.bit_length())
    return math.prod((k + i) * m + pow(65537, 12_345 + i, m) for i in (1, 2))


@pytest.mark.parametrize("alg", ALL)
def test_a_public_key_of_ours_is_good_for_its_algorithm(alg):
    described = jwk(alg)

    assert judge(described).alg == alg
    assert described["use"] == "sig"
    assert set(described) - {"kty", "kid", "alg", "use"} <= {"n", "e", "crv", "x", "y"}
    assert described == public_jwk(key(alg).public_key(), alg)


@pytest.mark.parametrize("alg", ["RS256", "ES256", "ES384", "ES512", "EdDSA"])
def test_a_key_that_names_no_algorithm_serves_the_one_of_its_type(alg):
    assert judge(jwk(alg, alg=None)).alg == alg
    assert verify_compact(token(alg=alg), key_set(jwk(alg, alg=None)), ALL)


def test_a_key_serves_one_algorithm_only():
    by_ps256 = token(alg="PS256", kid=jwk("RS256")["kid"])

    with pytest.raises(RejectedToken):
        verify_compact(by_ps256, key_set(jwk("RS256", alg=None)), ALL)
    assert verify_compact(by_ps256, key_set(jwk("RS256", alg="PS256")), ALL)


@pytest.mark.parametrize("example", [RFC_RSA, RFC_ED25519])
def test_thumbprints_are_those_of_the_standards(example):
    expected = {
        "RSA": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
        "OKP": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
    }
    assert thumbprint(example) == expected[example["kty"]]


@pytest.mark.parametrize("alg", ["RS256", "ES256", "ES512"])
def test_another_library_computes_the_same_thumbprint(alg):
    assert import_key(jwk(alg)).thumbprint() == jwk(alg)["kid"] == thumbprint(jwk(alg))


@pytest.mark.parametrize("bad", [{}, {"kty": "oct", "k": "AA"}, {"kty": "RSA", "n": "AQ"}])
def test_what_is_no_public_key_has_no_thumbprint(bad):
    with pytest.raises(UnfitKey):
        thumbprint(bad)


@pytest.mark.parametrize(
    "change",
    [
        {"use": "enc"},
        {"use": ""},
        {"key_ops": ["encrypt"]},
        {"key_ops": []},
        {"key_ops": "verify"},
        {"key_ops": ["verify", 7]},
        {"key_ops": ["verify"] * 9},
        {"alg": "ES256"},
        {"alg": "RSA1_5"},
        {"alg": "HS256"},
        {"alg": 7},
        {"kid": 7},
        {"kty": "EC"},
        {"kty": "oct"},
        {"kty": None},
        {"n": None},
        {"e": None},
        {"n": "not base64!"},
        {"e": "AQAB="},
        {"e": number(1)},
        {"e": number(2)},
        {"e": number(65536)},
        {"e": ""},
        {"e": number((1 << 256) + 1)},
        {"n": number((1 << 2047) - 1)},
        {"n": number((1 << 2048) - 2)},
        {"n": number((1 << 16_384) + 1)},
        {"n": number(fingerprinted(2048))},
        {"n": number(fingerprinted(3072))},
        {"n": "A" * 100_000},
        *({name: "AQ"} for name in ("d", "p", "q", "dp", "dq", "qi", "k", "oth")),
    ],
    ids=lambda change: str(change)[:40],
)
def test_an_rsa_key_that_does_not_fit_is_refused(change):
    with pytest.raises(UnfitKey):
        judge(jwk("RS256", **change))


@pytest.mark.parametrize(
    "change",
    [
        {"e": number(3)},
        {"use": None},
        {"use": None, "key_ops": ["verify"]},
        {"n": number((1 << 2047) + 1)},
        {"x5c": ["MIIC"], "x5t": "AA", "ext": True, "exp": 7},
    ],
    ids=str,
)
def test_an_unusual_but_sound_rsa_key_is_taken(change):
    assert judge(jwk("RS256", **change)).alg == "RS256"


@pytest.mark.parametrize("alg", ["ES256", "ES384", "ES512"])
def test_a_point_off_the_curve_or_not_of_full_length_is_refused(alg):
    x, y = jwk(alg)["x"], jwk(alg)["y"]
    padded = b64(b"\0" + urlsafe_b64decode(x + "=="))
    for change in ({"x": y, "y": x}, {"x": x[:-4]}, {"y": None}, {"x": padded}, {"crv": "P-224"}):
        with pytest.raises(UnfitKey):
            judge(jwk(alg, **change))


@pytest.mark.parametrize("crv", ["Ed448", "X25519", "P-256", None])
def test_an_edwards_key_on_another_curve_is_refused(crv):
    with pytest.raises(UnfitKey):
        judge(jwk("EdDSA", crv=crv))


SMALL_ORDER = ("01" + "00" * 31, "ec" + "ff" * 30 + "7f", "00" * 32, "00" * 31 + "80")
ORDER_EIGHT = (  # both sign bits of both y
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
)


@pytest.mark.parametrize("point", [*SMALL_ORDER, *ORDER_EIGHT])
def test_an_edwards_point_under_which_anybody_can_sign_is_refused(point):
    with pytest.raises(UnfitKey, match="small order"):
        judge(jwk("EdDSA", x=b64(bytes.fromhex(point))))


@pytest.mark.parametrize("point", ["02" + "00" * 31, "ff" * 32, "00" * 31, "00" * 33])
def test_what_is_no_edwards_point_is_refused(point):
    with pytest.raises(UnfitKey):
        judge(jwk("EdDSA", x=b64(bytes.fromhex(point))))


def test_honest_keys_do_not_look_broken():
    assert not strength.has_roca_fingerprint(key("RS256").public_key().public_numbers().n)
    assert strength.has_roca_fingerprint(fingerprinted(4096))


def test_a_curve_outside_the_table_is_not_described():
    for private in (
        ec.generate_private_key(ec.SECP256K1()),
        rsa.generate_private_key(65537, 2048),
    ):
        with pytest.raises(UnfitKey):
            public_jwk(private, "ES256")


@given(st.dictionaries(st.sampled_from(["kty", "crv", "n", "e", "x", "y", "alg"]), st.text()))
def test_no_members_whatever_raise_anything_else(members):
    for kty in ("RSA", "EC", "OKP"):
        with pytest.raises(UnfitKey):
            judge({**members, "kty": kty})


def test_a_verdict_follows_the_members_even_when_the_object_changes():
    members = jwk("ES256")
    assert judge(members)

    members["use"] = "enc"
    with pytest.raises(UnfitKey):
        judge(members)
