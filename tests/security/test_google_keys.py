"""Google's certificates: bad ones, new ones, old ones, and none at all."""

import json
from dataclasses import replace
from datetime import timedelta
from email.message import Message

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from accounts import jose
from accounts.errors import BadCredential
from accounts.fetching import Fetched
from accounts.key_source import COOL_DOWN, STALE, KeySource
from accounts.methods import google
from tests.concurrency.threads import at_once
from tests.servers.endpoint import BAD_ANSWERS
from tests.servers.google_certs import certificate, kid_of
from tests.unit.forge import key
from wire.clock import now

pytest_plugins = ["tests.servers.fixtures"]
pytestmark = pytest.mark.usefixtures("people")

MAX_AGE = timedelta(seconds=22000)  # what the server says


def test_a_weak_certificate_is_refused_while_the_others_stay(google_server, knock, refused):
    weak = rsa.generate_private_key(65537, 1024)
    google_server.certs["weak"] = certificate(weak)

    refused(jose.sign(google_server.claims(), key=weak, alg="RS256", kid="weak", typ="JWT"))
    assert knock(google_server.token()).status_code == 200


def test_a_rotated_certificate_is_taken_as_soon_as_a_token_names_it(
    google_server, knock, time_machine
):
    time_machine.move_to(now(), tick=False)
    assert knock(google_server.token()).status_code == 200
    google_server.certs[kid_of(1)] = certificate(key("RS256", 1))

    time_machine.shift(COOL_DOWN)

    assert knock(google_server.token(1)).status_code == 200
    assert google_server.hits == 2


def test_certificates_are_kept_as_long_as_google_says(google_server, knock, time_machine):
    time_machine.move_to(now(), tick=False)
    hits = []

    for pause in (timedelta(0), MAX_AGE - timedelta(seconds=1), timedelta(seconds=1)):
        time_machine.shift(pause)
        assert knock(google_server.token()).status_code == 200
        hits.append(google_server.hits)

    assert hits == [1, 1, 2]


def test_known_certificates_verify_while_google_is_down_and_then_google_is_away(
    google_server, knock, time_machine
):
    time_machine.move_to(now(), tick=False)
    assert knock(google_server.token()).status_code == 200
    google_server.answer = BAD_ANSWERS["error"]

    time_machine.shift(MAX_AGE + STALE - timedelta(seconds=1))
    assert knock(google_server.token()).status_code == 200
    time_machine.shift(timedelta(seconds=1))
    assert knock(google_server.token()).status_code == 503


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_without_certificates_the_push_is_asked_to_come_again(google_server, knock, answer):
    google_server.answer = answer

    unknown = knock(google_server.token())

    assert (unknown.status_code, unknown["Retry-After"]) == (503, "2")
    assert unknown.json()["code"] == "identity_provider_unavailable"
    assert knock(google_server.headed({"alg": "none"})).status_code == 401


def test_a_storm_of_unknown_certificates_causes_one_request(google_server):
    storm = [google_server.headed({"kid": f"unknown-{n}"}) for n in range(50)]
    at = now()

    def storming(number):
        with pytest.raises(BadCredential):
            google.principal(storm[number], at)

    at_once(50, storming)

    assert google_server.hits == 1


@pytest.mark.parametrize("stranger", ["jwks", "pems"])
def test_both_verifiers_must_agree(google_server, monkeypatch, stranger):
    def read(fetched):
        other = Fetched(json.dumps({kid_of(0): certificate(key("RS256", 1))}).encode(), Message())
        keys = google.read_certs(fetched)
        return replace(
            keys, content={**keys.content, stranger: google.read_certs(other).content[stranger]}
        )

    monkeypatch.setattr(google, "CERTS", KeySource(lambda: google_server.url, read))

    with pytest.raises(BadCredential):
        google.principal(google_server.token(), now())
