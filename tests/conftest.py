"""What every test may ask for: the cast, clients that speak for them, and a database lane."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import TransactionTestCase, override_settings
from hypothesis import settings as hypothesis_settings
from rest_framework.test import APIClient

from accounts import guesses, sealing
from accounts.algorithms import PrivateKey
from accounts.jwk import public_jwk
from accounts.links import LINKS
from accounts.models import Account, Audience, SigningKey
from accounts.private_keys import generate, to_pem
from accounts.purse import PURSE
from accounts.standing import REGISTRY
from accounts.vault import VAULT
from tests.history import changeable_history
from tests.markers import clearable_markers
from tests.people import PASSWORD, cast
from wire.clock import now

Speaker = Callable[[str], APIClient]

Rounds = Callable[..., int]

LANE = os.environ.get("TASKFLOW_LANE")

# Machines differ: what takes long is measured in benchmarks, and fails no test.
hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the tests that repeat a race do so as often as the documents say."""
    parser.addoption(
        "--figures", action="store_true", help="only tests that count rounds, each at full length"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was not asked for: tests of the other engine are marked, not skipped."""
    engine = "postgresql" if "postgresql" in settings.DATABASES["default"]["ENGINE"] else "sqlite"
    other = [item for item in items if _is_of_another(engine, item)]
    if config.getoption("figures"):
        other += [item for item in items if "rounds" not in getattr(item, "fixturenames", ())]
    items[:] = [item for item in items if item not in other]
    config.hook.pytest_deselected(items=other)


def _is_of_another(engine: str, item: pytest.Item) -> bool:
    if item.get_closest_marker("one_lane"):
        return engine != "postgresql"
    return any(marker.args[0] != engine for marker in item.iter_markers("only_on"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep SQLite in a file: its shared memory knows no waiting, so races would not be real."""
    database = settings.DATABASES["default"]
    if "sqlite" in database["ENGINE"]:
        name = tmp_path_factory.mktemp("database") / "test.sqlite3"
        database.setdefault("TEST", {})["NAME"] = str(name)
        connection.settings_dict["TEST"]["NAME"] = str(name)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Make sure that the lane runs on its engine."""
    assert LANE in (None, {"postgresql": "postgres"}.get(connection.vendor, connection.vendor))


@pytest.fixture(autouse=True, scope="session")
def _flush_history() -> Iterator[None]:
    """Let the flush after a transactional test empty the audit; put back what migrations made."""
    flush = vars(TransactionTestCase)["_fixture_teardown"]

    def teardown(case: TransactionTestCase) -> None:
        with changeable_history(), clearable_markers():
            flush(case)
        Audience.objects.create(name="taskflow", payload_versions=[1], jwks_cache_seconds=0)

    setattr(TransactionTestCase, "_fixture_teardown", teardown)  # noqa: B010
    yield
    setattr(TransactionTestCase, "_fixture_teardown", flush)  # noqa: B010


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Start each test as a fresh process would."""
    VAULT.__init__()  # type: ignore[misc]
    REGISTRY.forget()
    PURSE.__init__()  # type: ignore[misc]
    guesses.TRIES.__init__(guesses.STORE)  # type: ignore[misc]
    LINKS.forget()


@pytest.fixture(scope="session")
def private_key() -> PrivateKey:
    """An RSA key of ours; making one takes a second, so there is one."""
    return generate("RS256")


@pytest.fixture(scope="session")
def sealed_key(private_key: PrivateKey) -> tuple[dict[str, str], bytes]:
    """Its public half and its sealed private one."""
    jwk = public_jwk(private_key, "RS256")
    keys = settings.CONTRACT.key_encryption_keys
    return jwk, sealing.seal(to_pem(private_key), keys, bound_to=jwk["kid"].encode())


@pytest.fixture
def signing_key(db: None, sealed_key: tuple[dict[str, str], bytes]) -> SigningKey:
    """The key that signs now."""
    jwk, sealed = sealed_key
    return SigningKey.objects.create(
        kid=jwk["kid"],
        algorithm="RS256",
        public_jwk=jwk,
        sealed_private=sealed,
        published_at=now(),
        signs_from=now(),
        first_of="RS256",
    )


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords() -> Iterator[None]:
    """Hash passwords as cheaply as Argon2 can; servers of their own process keep the real cost."""
    with override_settings(PASSWORD_HASHERS=["tests.hashing.CheapArgon2"]):
        yield


@pytest.fixture(scope="session")
def password_hash(_cheap_passwords: None) -> str:
    """The cast's password, hashed."""
    return make_password(PASSWORD)


@pytest.fixture
def people(signing_key: SigningKey, password_hash: str) -> dict[str, Account]:
    """The cast, by handle."""
    return {account.pk: account for account in Account.objects.bulk_create(cast(password_hash))}


@pytest.fixture
def speak_as(people: dict[str, Account]) -> Speaker:
    """Return a client that speaks as somebody of the cast."""

    def client(handle: str) -> APIClient:
        return APIClient(HTTP_AUTHORIZATION=f"Bearer dev:{handle}")

    return client


@pytest.fixture
def anonymous(people: dict[str, Account]) -> APIClient:
    """A client without a credential."""
    return APIClient()


@pytest.fixture
def as_alice(speak_as: Speaker) -> APIClient:
    """Alice, a user."""
    return speak_as("@alice")


@pytest.fixture
def as_bob(speak_as: Speaker) -> APIClient:
    """Bob, a user."""
    return speak_as("@bob")


@pytest.fixture
def as_carol(speak_as: Speaker) -> APIClient:
    """Carol, an operator."""
    return speak_as("@carol")


@pytest.fixture
def as_dana(speak_as: Speaker) -> APIClient:
    """Dana, who may read the audit."""
    return speak_as("@dana")


@pytest.fixture
def as_robo(speak_as: Speaker) -> APIClient:
    """Robo, an agent."""
    return speak_as("@robo")


@pytest.fixture
def as_admin(speak_as: Speaker) -> APIClient:
    """The administrator."""
    return speak_as("@admin")


@pytest.fixture(scope="session")
def rounds(request: pytest.FixtureRequest) -> Rounds:
    """Tell how often to repeat a race: `rounds(10, full=200)` is 200 under `make figures`."""
    figures = request.config.getoption("figures")
    return lambda usual, *, full: full if figures else usual


@pytest.fixture
def repository() -> Path:
    """The root of the checkout."""
    return Path(__file__).resolve().parent.parent
