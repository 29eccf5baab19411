"""How a ring begins: a first key, imported or made, and further algorithms that wait their turn."""

from dataclasses import replace

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.checks import run_checks
from rest_framework.test import APIClient

from accounts.errors import ImportedKeyUnfit, NotSigningYet
from accounts.jwk import public_jwk
from accounts.models import Audience, SigningKey
from accounts.operations import keys
from accounts.private_keys import generate, to_pem
from tests.keys import NOON, WAIT, after, small_rsa_keys, told
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mounted(settings, tmp_path):
    """Mount a PEM as the key to import; returns nothing."""

    def mount(key):
        path = tmp_path / "key.pem"
        path.write_bytes(to_pem(key))
        settings.CONTRACT = replace(settings.CONTRACT, jwt_private_key_file=path)

    return mount


def complaints():
    found = run_checks(include_deployment_checks=True, tags=["security"])
    return [(each.id, each.msg) for each in found if str(each.id).startswith("accounts.")]


@pytest.fixture
def small_key(mounted):
    (key,) = small_rsa_keys(1)
    mounted(key)
    return key


def test_a_mounted_key_is_the_first_signer_and_signs_at_once(small_key):
    signer = keys.signer(NOON)

    assert signer.jwk == public_jwk(small_key, "RS256")
    assert [entry.actor_id for entry in told("key.created")] == ["system:issuer"]


def test_a_mounted_key_of_2048_bits_is_warned_of(small_key):
    (complaint,) = complaints()

    assert complaint[0] == "accounts.W001"
    assert "RSA of 2048 bits" in complaint[1]


@pytest.mark.parametrize(
    "key, reason",
    [
        (rsa.generate_private_key(65537, 1024), "the modulus has 1024 bits"),
        (generate("ES256"), "it is of another algorithm"),
    ],
    ids=["too short", "of another algorithm"],
)
def test_a_mounted_key_that_may_not_sign_is_refused_and_not_replaced(mounted, key, reason):
    mounted(key)

    with pytest.raises(ImportedKeyUnfit, match=f"{reason}.*at least 2048, better 3072 bits"):
        keys.signer(NOON)

    assert complaints() == [("accounts.E001", f"JWT_PRIVATE_KEY_FILE can not sign: {reason}.")]
    assert not SigningKey.objects.exists()


def test_a_mounted_file_that_is_gone_is_refused(mounted, small_key, settings):
    settings.CONTRACT.jwt_private_key_file.unlink()

    with pytest.raises(ImportedKeyUnfit, match="can not be read"):
        keys.signer(NOON)


def test_a_ring_begins_with_rs256_whatever_is_asked_for(small_key):
    assert keys.signer(NOON, "EdDSA").alg == "EdDSA"

    assert keys.signer(NOON).alg == "RS256"
    assert SigningKey.objects.count() == 2


def test_a_further_algorithm_waits_until_everybody_has_its_first_key(small_key):
    keys.signer(NOON)

    with pytest.raises(NotSigningYet) as refusal:
        keys.signer(after(hours=1), "ES256")

    begins = after(hours=1) + WAIT
    assert refusal.value.facts == {"alg": "ES256", "signs_from": begins}
    assert keys.signer(begins, "ES256").alg == "ES256"


def test_waiting_for_a_further_algorithm_costs_no_query(small_key, django_assert_num_queries):
    for alg in ("RS256", "ES256"):
        try:
            keys.signer(NOON, alg)
        except NotSigningYet as known:
            refused = known

    with django_assert_num_queries(0), pytest.raises(NotSigningYet) as again:
        keys.signer(NOON, "ES256")

    assert again.value.facts == refused.facts


def test_a_client_hears_from_when_on_its_audience_gets_tokens(people, time_machine):
    time_machine.move_to(NOON, tick=False)
    Audience.objects.create(name="edge", payload_versions=[1], algorithm="EdDSA")
    body = {"username": "alice", "password": PASSWORD, "audience": "edge"}

    refusal = APIClient().post("/api/token", body)
    time_machine.move_to(NOON + WAIT, tick=False)
    answer = APIClient().post("/api/token", body)

    assert (refusal.status_code, refusal.json()["code"]) == (503, "not_signing_yet")
    assert refusal["Retry-After"] == "3960"
    assert refusal.json()["error"] == "No key signs with EdDSA before 2026-03-01T13:06:00Z."
    assert answer.status_code == 200
    assert jwt.get_unverified_header(answer.json()["access"])["alg"] == "EdDSA"
