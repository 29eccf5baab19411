"""A token is accepted when one of our keys signed exactly this, and otherwise refused by name."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode
from contextlib import nullcontext

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import import_key

from accounts.algorithms import ALGORITHMS, UnfitKey
from accounts.jose import MAX_TOKEN_BYTES, RejectedToken, sign, verify_compact
from accounts.private_keys import to_pem
from tests.unit.forge import ALL, b64, jwk, key, key_set, segment, signed, token

# joserfc prefers the names of RFC 9864 to EdDSA.
pytestmark = pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")

CLAIMS = {"sub": "@zoë", "n": 1}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["keys"]), inner),
    max_leaves=10,
)


def ours(alg="ES256"):
    return sign(CLAIMS, key=key(alg), alg=alg, kid=jwk(alg)["kid"], typ="at+jwt")


def refused(text, jwks=None, algorithms=ALL):
    with pytest.raises(RejectedToken) as refusal:
        verify_compact(text, key_set(jwk("ES256")) if jwks is None else jwks, algorithms)
    return str(refusal.value)


@pytest.mark.parametrize("alg", ALL)
def test_what_we_sign_we_accept_with_the_payload_as_signed(alg):
    header, payload = verify_compact(ours(alg), key_set(jwk(alg)), [alg])

    assert header == {"alg": alg, "kid": jwk(alg)["kid"], "typ": "at+jwt"}
    assert json.loads(payload) == CLAIMS


def test_what_is_done_to_a_header_that_was_read_changes_no_other():
    header, _ = verify_compact(ours(), key_set(jwk("ES256")), ["ES256"])
    header.clear()

    again, _ = verify_compact(ours(), key_set(jwk("ES256")), ["ES256"])
    assert again["alg"] == "ES256"


@pytest.mark.parametrize("alg", ALL)
def test_unrelated_libraries_accept_what_we_sign(alg):
    assert joserfc_jwt.decode(ours(alg), import_key(jwk(alg)), algorithms=[alg]).claims == CLAIMS
    assert pyjwt.decode(ours(alg), pyjwt.PyJWK(jwk(alg)).key, algorithms=[alg]) == CLAIMS


@pytest.mark.parametrize("alg", ALL)
def test_we_accept_what_unrelated_libraries_sign(alg):
    header = {"alg": alg, "kid": jwk(alg)["kid"]}
    by_joserfc = joserfc_jwt.encode(
        header, CLAIMS, import_key(to_pem(key(alg)), jwk(alg)["kty"]), algorithms=[alg]
    )
    by_pyjwt = pyjwt.encode(CLAIMS, key(alg), algorithm=alg, headers=header)

    for text in (by_joserfc, by_pyjwt):
        assert json.loads(verify_compact(text, key_set(jwk(alg)), [alg])[1]) == CLAIMS


@pytest.mark.parametrize("payload", [b"", b"not json", b"\xff\x00"])
def test_a_payload_need_not_be_json(payload):
    assert verify_compact(token(payload), key_set(jwk("ES256")), ["ES256"])[1] == payload


@settings(deadline=None)
@given(st.sampled_from(["RS256", "ES256", "EdDSA"]), st.integers(0), st.integers(1, 127))
def test_a_token_with_one_byte_changed_is_refused(alg, position, change):
    text = bytearray(ours(alg).encode())
    text[position % len(text)] ^= change

    refused(text.decode(), key_set(jwk(alg)))


@given(ANYTHING | st.from_regex(r"[\w-]*(\.[\w-]*){1,3}"), ANYTHING, ANYTHING)
def test_no_input_whatever_raises_anything_else(text, jwks, algorithms):
    refused(text, jwks, algorithms)


@given(ANYTHING, st.dictionaries(st.sampled_from(["alg", "kid", "typ", "b64"]), ANYTHING))
def test_no_key_set_or_header_whatever_raises_anything_else(entry, header):
    head = segment(json.dumps(header, default=str).encode())
    refused(f"{head}.e30.e30")
    refused(ours(), {"keys": [entry]})


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + "=",
        lambda text: text + "\n",
        lambda text: " " + text,
        lambda text: text.replace(".", "=.", 1),
        lambda text: text + ".",
        lambda text: text.rpartition(".")[0],
        lambda text: text.rpartition(".")[0] + ".",
        lambda text: "." + text.partition(".")[2],
        lambda text: text.encode(),
        lambda text: text[:-1] + chr(ord(text[-1]) + 1),  # stray trailing bits
        lambda text: "Bearer " + text,
    ],
)
def test_only_three_canonical_segments_are_read(change):
    refused(change(ours()))


def test_a_token_of_8192_bytes_is_read_and_a_longer_one_is_not():
    room = MAX_TOKEN_BYTES - len(token(b""))
    fits, one_more = (token(b"x" * ((room + more) * 3 // 4)) for more in (0, 2))

    assert len(fits) <= MAX_TOKEN_BYTES < len(one_more)
    assert verify_compact(fits, key_set(jwk("ES256")), ["ES256"])
    assert "8192" in refused(one_more)


@pytest.mark.parametrize(
    "header",
    [
        {"crit": []},
        {"crit": ["exp"], "exp": 1},
        {"crit": ["b64"], "b64": True},
        {"crit": None},
        {"b64": False},
        {"b64": "false"},
        {"kid": 7},
        {"kid": ["a"]},
        {"typ": 7},
        {"alg": ["ES256"]},
        {"alg": "es256"},
        {"alg": None},
    ],
)
def test_a_header_we_do_not_fully_understand_is_refused(header):
    refused(signed({"alg": "ES256", "kid": jwk("ES256")["kid"], **header}, b"{}"))


@pytest.mark.parametrize(
    "header", [b"", b"[]", b'"x"', b"{", b'{"alg":"ES256","alg":"ES256"}', b"\xef\xbb\xbf{}"]
)
def test_a_header_is_one_strict_json_object(header):
    refused(signed(header, b"{}"))


@pytest.mark.parametrize("name", ["jku", "x5u", "jwk", "x5c"])
def test_a_key_the_token_brings_along_is_not_looked_at(name):
    brought = {"jwk": jwk("ES256", 1)}.get(name, "https://mallory.example/keys")

    assert verify_compact(token(**{name: brought}), key_set(jwk("ES256")), ["ES256"])
    refused(token(number=1, kid=jwk("ES256")["kid"], **{name: brought}))


def test_a_public_key_never_serves_as_an_hmac_secret():
    pem = key("RS256").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    message = f"{segment({'alg': 'HS256', 'kid': jwk('RS256')['kid']})}.e30"
    mac = b64(hmac.new(pem, message.encode(), hashlib.sha256).digest())

    refused(f"{message}.{mac}", key_set(jwk("RS256")), [*ALL, "HS256"])


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "HS256", "RS257", ""])
def test_an_algorithm_outside_the_table_is_refused_even_when_allowed(alg):
    refused(f"{segment({'alg': alg})}.e30.", algorithms=[*ALL, alg])


@pytest.mark.parametrize("algorithms", [[], ["RS256"], "ES256", b"ES256", None, 5, {"ES256": 1}])
def test_only_an_algorithm_on_the_list_is_accepted(algorithms):
    refused(ours(), algorithms=algorithms)


def test_a_key_signs_with_its_own_algorithm_only():
    members = {"alg": "PS256", "kid": jwk("RS256")["kid"]}

    refused(signed(members, b"{}", alg="PS256"), key_set(jwk("RS256")))
    with pytest.raises(UnfitKey):
        sign(CLAIMS, key=key("RS256"), alg="ES256", kid="k", typ="JWT")
    with pytest.raises(UnfitKey):
        sign(CLAIMS, key=key("RS256"), alg="none", kid="k", typ="JWT")


@pytest.mark.parametrize("alg", ["RS256", "PS512", "ES256", "ES384", "EdDSA"])
@pytest.mark.parametrize("other", ["RS256", "ES256", "ES512", "EdDSA"])
def test_an_algorithm_takes_keys_of_its_own_kind_only(alg, other):
    fits = alg == other or (alg, other) == ("PS512", "RS256")
    for bind, bound in (
        (ALGORITHMS[alg].signer, key(other)),
        (ALGORITHMS[alg].verifier, key(other).public_key()),
    ):
        with nullcontext() if fits else pytest.raises(UnfitKey):
            bind(bound)


@pytest.mark.parametrize(
    "resize",
    [
        lambda s: s + b"\0",
        lambda s: b"\0" + s,
        lambda s: s[:32] + b"\0" + s[32:],  # the same two numbers, spelled longer
        lambda s: s[:-1],
    ],
)
def test_an_ecdsa_signature_has_exactly_its_length(resize):
    message, _, signature = ours().rpartition(".")

    refused(f"{message}.{b64(resize(urlsafe_b64decode(signature + '==')))}")
