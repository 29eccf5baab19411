"""Outside issuers and receivers that tests may ask for; they name this module as a plugin."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from time_machine import TimeMachineFixture

from accounts.key_source import KeySource
from accounts.methods import external, google
from tests.servers import google_certs, identity_provider
from tests.servers.endpoint import Endpoint, listening, text
from tests.servers.google_certs import GoogleCerts
from tests.servers.identity_provider import IdentityProvider
from tests.servers.openid_provider import OpenIDProvider
from wire.clock import now

Knock = Callable[[str], Any]


@pytest.fixture
def contract(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Change what the environment said, for this test."""

    def change(**values: Any) -> None:
        monkeypatch.setattr(settings, "CONTRACT", replace(settings.CONTRACT, **values))

    return change


@pytest.fixture
def provider(
    contract: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[IdentityProvider]:
    """The outside identity provider, set up here, of which nothing is known yet."""
    with closing(IdentityProvider()) as server:
        contract(
            auth_server_url=server.issuer,
            jwks_url=server.url,
            auth_audience=identity_provider.AUDIENCE,
        )
        fresh = KeySource(lambda: settings.CONTRACT.jwks_url or "", external.read_jwks)
        monkeypatch.setattr(external, "KEYS", fresh)
        yield server


@pytest.fixture
def openid_provider(
    contract: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[OpenIDProvider]:
    """The provider through which staff enters the console, of which nothing is known yet."""
    with closing(OpenIDProvider()) as server:
        contract(**{name.lower(): value for name, value in server.environ.items()})
        server.redirect_uri = f"{settings.CONTRACT.base_url}/admin/login/callback/"
        fresh = KeySource(lambda: settings.CONTRACT.jwks_url or "", external.read_jwks)
        monkeypatch.setattr(external, "KEYS", fresh)
        yield server


@pytest.fixture
def google_server(
    contract: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[GoogleCerts]:
    """Google's certificates, of which nothing is known yet; one account is on the list."""
    with closing(GoogleCerts()) as server:
        contract(
            gc_oauth_audience=google_certs.AUDIENCE,
            gc_project=google_certs.PROJECT,
            gc_service_accounts={google_certs.PUSHER: frozenset({"tasks:write"})},
        )
        fresh = KeySource(lambda: server.url, google.read_certs)
        monkeypatch.setattr(google, "CERTS", fresh)
        yield server


@pytest.fixture
def knock() -> Knock:
    """Ask who one is, with a bearer token; answers differ in nothing but the caller."""

    def get(token: str) -> Any:
        headers = {"Authorization": f"Bearer {token}", "X-Request-ID": "same-id-1"}
        return Client().get("/api/me", headers=headers)

    return get


@pytest.fixture
def refused(knock: Knock) -> Callable[[str], None]:
    """Make sure that a token is refused in the very words in which every other is."""
    usual = knock("x")

    def check(token: str) -> None:
        answer = knock(token)
        assert answer.status_code == 401
        assert answer.content == usual.content
        assert answer["WWW-Authenticate"] == usual["WWW-Authenticate"]

    return check


@pytest.fixture
def receiver() -> Iterator[Endpoint]:
    """An endpoint that takes whatever it is told."""
    with listening(text(b"")) as server:
        yield server


@pytest.fixture
def movable_time(time_machine: TimeMachineFixture) -> None:
    """Have time go on from now, wherever the test moves it."""
    time_machine.move_to(now())
