"""Only a key that others could trust may sign for us."""

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from accounts.algorithms import UnfitKey
from accounts.base64url import decode
from accounts.jwk import public_jwk
from accounts.private_keys import algorithm_of, generate, load_der, load_pem, to_der, to_pem
from tests.unit.forge import key


def written(private, encryption=None, layout=PrivateFormat.PKCS8):
    return private.private_bytes(Encoding.PEM, layout, encryption or NoEncryption())


def test_a_new_rsa_key_has_128_bit_strength():
    described = public_jwk(generate("RS256"), "RS256")

    assert (len(decode(described["n"])) * 8, described["e"]) == (3072, "AQAB")


def test_other_keys_are_made_for_the_algorithms_of_audiences():
    assert algorithm_of(generate("ES256")) == "ES256"
    assert algorithm_of(generate("EdDSA")) == "EdDSA"
    for alg in ("HS256", "none", "ES384", ""):
        with pytest.raises(UnfitKey):
            generate(alg)


@pytest.mark.parametrize("alg", ["RS256", "ES256", "ES384", "ES512", "EdDSA"])
def test_a_key_survives_being_written_down(alg):
    for again in (load_pem(to_pem(key(alg))), load_der(to_der(key(alg)))):
        assert algorithm_of(again) == alg
        assert public_jwk(again, alg) == public_jwk(key(alg), alg)


@pytest.mark.parametrize("layout", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_an_rsa_key_of_2048_bits_is_still_taken(layout):
    assert load_pem(written(rsa.generate_private_key(65537, 2048), layout=layout))


@pytest.mark.parametrize(
    "make",
    [
        lambda: rsa.generate_private_key(65537, 1024),
        lambda: ec.generate_private_key(ec.SECP256K1()),
        lambda: ec.generate_private_key(ec.SECP224R1()),
        ed448.Ed448PrivateKey.generate,
        lambda: dsa.generate_private_key(1024),
    ],
)
def test_a_key_that_may_not_sign_is_refused(make):
    with pytest.raises(UnfitKey):
        load_pem(written(make()))


def test_an_encrypted_or_public_key_is_refused():
    public = key("ES256").public_key()

    for pem in (
        written(key("ES256"), BestAvailableEncryption(b"password")),
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        to_der(key("ES256")),
        to_pem(key("ES256"))[:-40],
    ):
        with pytest.raises(UnfitKey):
            load_pem(pem)


@given(st.binary())
def test_whatever_is_no_key_is_refused_by_name(data):
    for load in (load_pem, load_der):
        with pytest.raises(UnfitKey):
            load(data)


def test_a_refusal_tells_nothing_of_the_key():
    with pytest.raises(UnfitKey) as refusal:
        load_pem(b"-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")

    assert refusal.value.__cause__ is None
    assert "secret" not in str(refusal.value)
