"""Google's certificates, read as they come over the wire."""

import json
from email.message import Message

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from accounts.fetching import Fetched
from accounts.key_source import LARGEST, UnfitKeySet
from accounts.methods.google import LONGEST, SHORTEST, USUAL, lifetime_of, read_certs
from tests.servers.google_certs import certificate
from tests.unit.forge import jwk, key


def fetched(body=b"{}", **headers):
    message = Message()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return Fetched(body, message)


BAD_CERTS = {
    "weak": lambda: certificate(rsa.generate_private_key(65537, 1024)),
    "of another kind": lambda: certificate(key("EdDSA")),
    "on a curve": lambda: certificate(key("ES256")),
    "empty": lambda: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "no certificate": lambda: "x",
    "not ASCII": lambda: "é\x00",
}


@pytest.mark.parametrize("bad", BAD_CERTS.values(), ids=BAD_CERTS)
@pytest.mark.parametrize("first", [True, False])
def test_a_bad_certificate_is_left_out_and_its_name_is_known(bad, first):
    good = {"good": certificate(key("RS256"))}
    certs = {"bad": bad(), **good} if first else {**good, "bad": bad()}

    keys = read_certs(fetched(json.dumps(certs).encode()))

    assert list(keys.content["pems"]) == ["good"]
    assert keys.content["jwks"]["keys"] == [jwk("RS256", kid="good")]
    assert keys.kids == {"good", "bad"}


@pytest.mark.parametrize("certs", [{}, {"bad": "x"}, {"good": 7}, {"error": "down"}, [], None])
def test_what_has_no_good_certificate_is_no_set(certs):
    with pytest.raises(UnfitKeySet):
        read_certs(fetched(json.dumps(certs).encode()))


@pytest.mark.parametrize(("number", "fits"), [(LARGEST, True), (LARGEST + 1, False)])
def test_a_set_has_a_largest_size(number, fits):
    certs = {str(n): "x" for n in range(number - 1)} | {"good": certificate(key("RS256"))}
    document = fetched(json.dumps(certs).encode())

    if fits:
        assert len(read_certs(document).kids) == number
    else:
        with pytest.raises(UnfitKeySet, match="too large"):
            read_certs(document)


@pytest.mark.parametrize(
    ("cache_control", "age", "seconds"),
    [
        ("public, max-age=22000, must-revalidate, no-transform", None, 22000),
        ("max-age=22000", "2000", 20000),
        ("max-age=22000,public", "-7", 22000),
        ("max-age=22000", "x", 22000),
        ("public, max-age=7", None, SHORTEST.total_seconds()),
        ("max-age=600", "700", SHORTEST.total_seconds()),
        ("max-age=999999999", None, LONGEST.total_seconds()),
        ("max-age=99999999999999999999", None, USUAL.total_seconds()),
        ("s-maxage=9, x-max-age=9", None, USUAL.total_seconds()),
        ("max-age=-1", None, USUAL.total_seconds()),
        ("", None, USUAL.total_seconds()),
    ],
)
def test_the_lifetime_is_what_the_answer_says_within_bounds(cache_control, age, seconds):
    headers = {"Cache_Control": cache_control} | ({} if age is None else {"Age": age})

    assert lifetime_of(fetched(**headers)).total_seconds() == seconds
