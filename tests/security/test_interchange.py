"""A credential opens the one door it was made for, and none of the others."""

import pytest
from rest_framework.test import APIClient

from accounts import jose
from accounts.errors import BadCredential
from accounts.methods import external, google, own
from migrations_ops import registry, tokens
from migrations_ops.errors import TokenNotOurs
from tests.people import PASSWORD
from tests.servers.google_certs import kid_of
from tests.unit.forge import jwk, key
from wire.clock import now

pytest_plugins = ["tests.servers.fixtures"]

KINDS = ["ours", "refresh", "provider", "google", "migration"]
BEARERS = ["ours", "provider", "google"]


@pytest.fixture
def credentials(people, provider, google_server):
    """One good credential of each kind."""
    body = {"username": "alice", "password": PASSWORD}
    pair = APIClient().post("/api/token", body).data
    binding = tokens.Binding(operation="o", requester="@carol", environment="LOCAL", code_sha256="")
    operation = registry.shipped.find("lowercase_project_slugs").kind()
    permit = tokens.permit(binding, operation, max_rows=1, preview_digest=None, at=now())
    return {
        "ours": pair["access"],
        "refresh": pair["refresh"],
        "provider": provider.token(),
        "google": google_server.token(),
        "migration": tokens.sign(permit, now()),
    }


def opens(door, credential):
    """Try one door; tell whether it opened."""
    methods = {"ours": own.principal, "provider": external.principal, "google": google.principal}
    try:
        if door == "refresh":
            answer = APIClient().post("/api/token/refresh", {"refresh": credential})
            return answer.status_code == 200
        (tokens.read if door == "migration" else methods[door])(credential, now())
    except (BadCredential, TokenNotOurs):
        return False
    return True


@pytest.mark.parametrize("door", KINDS)
@pytest.mark.parametrize("kind", KINDS)
def test_each_credential_opens_its_own_door_alone(credentials, kind, door):
    assert opens(door, credentials[kind]) == (kind == door)


@pytest.mark.parametrize("kind", KINDS)
def test_three_kinds_are_taken_as_bearer_and_the_others_hear_the_usual(
    credentials, knock, refused, kind
):
    if kind in BEARERS:
        assert knock(credentials[kind]).status_code == 200
    else:
        refused(credentials[kind])


@pytest.fixture
def looks(provider, google_server, signing_key):
    """Good claims of each issuer; all for one audience, so that no audience keeps them apart."""
    issued = int(now().timestamp())
    ours = {
        "iss": "http://127.0.0.1:8000", "sub": "@alice", "aud": "taskflow", "client_id": "x",
        "iat": issued, "exp": issued + 600, "jti": "j", "scope": "tasks:read", "ver": 1,
        "actor_type": "human", "role": "user",
    }  # fmt: skip
    return {
        "ours": (ours, "at+jwt"),
        "provider": (provider.claims(aud="taskflow", jti="j"), "at+jwt"),
        "google": (google_server.claims(aud="taskflow"), "JWT"),
    }


@pytest.fixture
def signers(private_key, signing_key):
    """The key of each issuer."""
    return {
        "ours": {"key": private_key, "alg": "RS256", "kid": signing_key.kid},
        "provider": {"key": key("ES256"), "alg": "ES256", "kid": jwk("ES256")["kid"]},
        "google": {"key": key("RS256"), "alg": "RS256", "kid": kid_of(0)},
    }


@pytest.mark.parametrize("signer", BEARERS)
@pytest.mark.parametrize("look", BEARERS)
def test_no_issuer_can_speak_for_another(
    people, contract, knock, refused, looks, signers, look, signer
):
    contract(auth_audience="taskflow", gc_oauth_audience="taskflow")
    claims, typ = looks[look]
    token = jose.sign(claims, typ=typ, **signers[signer])

    if look == signer:
        assert knock(token).status_code == 200
    else:
        refused(token)
