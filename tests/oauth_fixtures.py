"""What tests of the OAuth endpoints may ask for; they name this module as a plugin of pytest."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from rest_framework.test import APIClient

from accounts.models import TASKFLOW, Account, Audience
from accounts.operations import principals, sessions, tokens
from accounts.operations.credentials import Credential
from accounts.scopes import Scope
from audit.shell import recording_from_shell
from tests.oauth import EXCHANGE, ISSUER, JWT_BEARER, TYPE, basic
from tests.unit.forge import jwk, key_set, signed
from wire.clock import now

Ask = Callable[..., Any]


@pytest.fixture
def post(people: dict[str, Account]) -> Ask:
    """Send a form, as a client does that nobody has authenticated yet."""

    def send(path: str, form: Mapping[str, str], credential: Credential | None = None) -> Any:
        headers = {} if credential is None else basic(credential)
        kind = "application/x-www-form-urlencoded"
        return APIClient().generic(
            "POST", path, urlencode(form), content_type=kind, headers=headers
        )

    return send


@pytest.fixture
def ask(post: Ask) -> Ask:
    """Ask the token endpoint."""

    def send(credential: Credential | None = None, **form: str) -> Any:
        return post("/oauth/token", form, credential)

    return send


@pytest.fixture
def worker(people: dict[str, Account]) -> Credential:
    """An agent with a secret."""
    with recording_from_shell() as journal:
        return principals.create_agent(
            "@worker", scopes=[Scope.TASKS_READ, Scope.TASKS_WRITE], journal=journal
        )


@pytest.fixture
def signer(people: dict[str, Account]) -> str:
    """The client id of an agent that signs assertions with an ES256 key."""
    with recording_from_shell() as journal:
        made = principals.create_agent("@signer", jwks=key_set(jwk("ES256")), journal=journal)
    return made.client_id


@pytest.fixture
def assertion(signer: str) -> Callable[..., str]:
    """Sign an assertion that is good but for the changes; a claim set to `...` is left out."""

    def make(alg: str = "ES256", number: int = 0, /, **changes: Any) -> str:
        issued = int(now().timestamp())
        good = {
            "iss": signer, "sub": signer, "aud": f"{ISSUER}/oauth/token",
            "iat": issued, "exp": issued + 60, "jti": "one",
        }  # fmt: skip
        claims = {name: value for name, value in (good | changes).items() if value is not ...}
        header = {"alg": alg, "kid": jwk("ES256")["kid"]}
        return str(signed(header, claims, alg, number))

    return make


@pytest.fixture
def by_assertion(ask: Ask) -> Ask:
    """Ask the token endpoint with an assertion."""

    def send(jwt: str, **form: str) -> Any:
        usual = {"grant_type": "client_credentials", "client_assertion_type": JWT_BEARER}
        return ask(**(usual | {"client_assertion": jwt} | form))

    return send


@pytest.fixture
def alices(people: dict[str, Account]) -> dict[str, str]:
    """The pair of tokens of a session of Alice's; no password is hashed for it."""
    with recording_from_shell() as journal:
        audience = Audience.objects.get(pk=TASKFLOW)
        begun = sessions.begin(people["@alice"], audience, journal)
    minted = tokens.mint(tokens.grant_of(begun.session), alg=audience.algorithm, at=now())
    return {"access": minted.token, "refresh": begun.token or ""}


@pytest.fixture
def whoami() -> Ask:
    """Ask this API who a bearer of the token is."""

    def get(token: str) -> Any:
        return APIClient().get("/api/me", headers={"Authorization": f"Bearer {token}"})

    return get


@pytest.fixture
def exchange(ask: Ask) -> Ask:
    """Exchange a subject token."""

    def send(token: str, credential: Credential | None = None, **form: str) -> Any:
        usual = {
            "grant_type": EXCHANGE,
            "subject_token": token,
            "subject_token_type": f"{TYPE}access_token",
        }
        return ask(credential, **(usual | form))

    return send
