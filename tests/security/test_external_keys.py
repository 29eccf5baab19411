"""The provider's keys: bad ones, new ones, withdrawn ones, and none at all."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from accounts import jose
from accounts.errors import BadCredential
from accounts.jwk import public_jwk
from accounts.key_source import COOL_DOWN
from accounts.methods import external
from config.contract import Stage
from tests.concurrency.threads import at_once
from tests.servers.endpoint import BAD_ANSWERS, listening, redirect
from tests.unit.forge import b64, jwk
from wire.clock import now

pytest_plugins = ["tests.servers.fixtures"]
pytestmark = pytest.mark.usefixtures("people")


BAD_KEYS = {
    "off the curve": {**jwk("ES256", 1), "x": b64(b"\x01" * 32)},
    "symmetric": {"kty": "oct", "k": b64(b"secret" * 8)},
    "private": {**jwk("ES256", 1), "d": b64(b"\x01" * 32)},
    "for encryption": jwk("ES256", 1, use="enc"),
    "of no kind": {"kty": "new"},
    "no object": 7,
}


@pytest.mark.parametrize("bad", BAD_KEYS.values(), ids=BAD_KEYS)
def test_a_bad_key_is_refused_while_the_others_stay(provider, knock, refused, bad):
    kid = jwk("ES256", 1)["kid"]
    provider.keys.insert(0, {**bad, "kid": kid} if isinstance(bad, dict) else bad)

    refused(provider.token("ES256", 1))
    assert knock(provider.token()).status_code == 200


def test_a_weak_key_is_refused_while_the_others_stay(provider, knock, refused):
    weak = rsa.generate_private_key(65537, 1024)
    provider.keys.append({**public_jwk(weak, "RS256"), "kid": "weak"})

    refused(jose.sign(provider.claims(), key=weak, alg="RS256", kid="weak", typ="JWT"))
    assert knock(provider.token()).status_code == 200


def test_a_symmetric_key_of_the_set_signs_nothing(provider, refused):
    provider.keys.append({"kty": "oct", "k": b64(b"secret" * 8), "kid": "s", "alg": "HS256"})

    refused(provider.headed({"alg": "HS256", "kid": "s"}))
    refused(provider.headed({"kid": "s"}))


def test_a_rotated_key_is_taken_as_soon_as_a_token_names_it(provider, knock, time_machine):
    time_machine.move_to(now(), tick=False)
    assert knock(provider.token()).status_code == 200
    provider.keys.append(jwk("ES256", 1))

    time_machine.shift(COOL_DOWN)

    assert knock(provider.token("ES256", 1)).status_code == 200
    assert provider.hits == 2


def test_a_withdrawn_key_is_good_for_an_hour_at_most(provider, knock, refused, time_machine):
    time_machine.move_to(now(), tick=False)
    assert knock(provider.token()).status_code == 200
    provider.keys.pop(0)

    time_machine.shift(external.LIFETIME)

    refused(provider.token())


@pytest.mark.parametrize("answer", ["error", "page"])
def test_known_keys_verify_while_the_provider_is_down_for_a_day(
    provider, knock, refused, time_machine, answer
):
    time_machine.move_to(now(), tick=False)
    assert knock(provider.token()).status_code == 200
    provider.answer = BAD_ANSWERS[answer]

    for _ in range(24):
        time_machine.shift(timedelta(hours=1))
        assert knock(provider.token()).status_code == 200
        refused(provider.token("ES256", 7))

    assert provider.hits == 1 + 24


def test_a_storm_of_unknown_keys_causes_one_request(provider, knock, time_machine):
    time_machine.move_to(now(), tick=False)
    assert knock(provider.token()).status_code == 200
    time_machine.shift(COOL_DOWN)
    storm = [provider.headed({"kid": f"unknown-{n}"}) for n in range(200)]

    def storming(number):
        with pytest.raises(BadCredential):
            external.principal(storm[number], now())

    at_once(200, storming)

    assert provider.hits == 2


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_without_any_keys_the_caller_is_asked_to_come_again(provider, knock, refused, answer):
    provider.answer = answer

    unknown = knock(provider.token())

    assert (unknown.status_code, unknown["Retry-After"]) == (503, "2")
    assert unknown.json()["code"] == "identity_provider_unavailable"
    refused(provider.headed({"alg": "none"}))


def test_the_keys_are_not_fetched_from_where_a_redirect_points(provider, knock):
    with listening(provider.publish) as elsewhere:
        provider.answer = redirect(elsewhere.url)

        assert knock(provider.token()).status_code == 503
        assert elsewhere.hits == 0


def test_keys_are_not_fetched_in_clear_outside_local(provider, knock, contract):
    contract(env=Stage.DEV)

    assert knock(provider.token()).status_code == 503
    assert provider.hits == 0
