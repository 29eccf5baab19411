"""One password, many addresses: guessing is slowed by name, and nobody is locked out by it."""

from dataclasses import replace

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection

from accounts.models import ThrottleWindow
from tests.people import PASSWORD
from tests.serving import HOST, free_port
from tests.throttling import STORES, later

pytest_plugins = ["tests.throttle_fixtures"]

LIMIT = 5  # guesses of a name in 15 minutes, at a rate of 60 a minute for an address
HOME = "198.51.100.7"


class QuickArgon2(Argon2PasswordHasher):
    """The hash of the cast's passwords: as cheap as it can be."""

    time_cost, memory_cost, parallelism = 1, 8, 1


@pytest.fixture
def sign_in(anonymous, rates, settings):
    """Try a password, each time from another address unless one is given."""
    rates(token=60)
    settings.PASSWORD_HASHERS = [f"{__name__}.QuickArgon2"]
    addresses = iter(range(1, 250))

    def attempt(name="alice", password="wrong", address=None):
        origin = address or f"192.0.2.{next(addresses)}"
        body = {"username": name, "password": password}
        return anonymous.post("/api/token", body, REMOTE_ADDR=origin)

    return attempt


@pytest.mark.parametrize("name", ["alice", "nobody", "robo", "alice@example.org"])
def test_a_name_is_refused_after_some_guesses_wherever_they_come_from(sign_in, name):
    heard = [sign_in(name).status_code for _ in range(LIMIT + 2)]

    assert heard == [401] * LIMIT + [429] * 2
    assert sign_in("bob", PASSWORD).status_code == 200


def test_the_refusal_announces_both_budgets_and_waits_for_the_longer(sign_in):
    for _ in range(LIMIT):
        sign_in()

    answer = sign_in()

    assert answer["RateLimit-Policy"] == '"token";q=60;w=60, "sign-in";q=5;w=900'
    assert answer["RateLimit"].endswith(f'"sign-in";r=0;t={answer["Retry-After"]}')
    assert 890 <= int(answer["Retry-After"]) <= 900


def test_the_right_password_is_not_looked_at_when_strangers_have_used_up_the_guesses(sign_in):
    for _ in range(LIMIT):
        sign_in()

    assert sign_in(password=PASSWORD).status_code == 429


def test_the_window_ends_and_the_right_password_is_taken(sign_in):
    for _ in range(LIMIT):
        sign_in()

    with later(seconds=901):
        assert sign_in(password=PASSWORD).status_code == 200


@pytest.mark.parametrize(
    "other", ["@alice", "ALICE", " Alice ", pytest.param("@ALICE", id="shouted")]
)
def test_every_spelling_of_a_handle_is_the_same_name(sign_in, other):
    for _ in range(LIMIT):
        sign_in(other)

    assert sign_in("alice").status_code == 429


def test_right_passwords_are_free(sign_in):
    heard = [sign_in(password=PASSWORD).status_code for _ in range(LIMIT + 1)]

    assert heard == [200] * (LIMIT + 1)


def test_a_right_password_does_not_make_up_for_wrong_ones(sign_in):
    for _ in range(LIMIT - 1):
        sign_in()

    heard = [sign_in(password=word).status_code for word in (PASSWORD, "wrong", "wrong")]

    assert heard == [200, 401, 429]


@pytest.mark.parametrize("name", ["alice", "alice@example.org"])
def test_nobody_is_locked_out_of_where_they_have_signed_in_before(sign_in, name):
    sign_in(name, PASSWORD, HOME)
    for _ in range(LIMIT + 1):
        sign_in(name)

    assert sign_in(name, PASSWORD, HOME).status_code == 200
    assert sign_in(name, PASSWORD).status_code == 429


def test_guesses_from_a_familiar_place_have_an_end_as_well(sign_in):
    sign_in(password=PASSWORD, address=HOME)
    for _ in range(LIMIT):
        sign_in()

    heard = [sign_in(address=HOME).status_code for _ in range(LIMIT + 1)]

    assert heard == [401] * LIMIT + [429]


def test_a_place_is_familiar_to_who_signed_in_there_alone(sign_in):
    sign_in("bob", PASSWORD, HOME)
    for _ in range(LIMIT):
        sign_in("alice")

    assert sign_in("alice", PASSWORD, HOME).status_code == 429


def test_a_place_is_forgotten_after_a_month(sign_in):
    sign_in(password=PASSWORD, address=HOME)

    with later(days=31):
        heard = [sign_in(address=HOME).status_code for _ in range(LIMIT + 1)]

    assert heard == [401] * LIMIT + [429]


def test_guesses_are_counted_when_redis_is_away(sign_in, settings):
    nobody = f"redis://{HOST}:{free_port()}/0"
    settings.CONTRACT = replace(settings.CONTRACT, redis_url=nobody)
    settings.THROTTLE_STORE = STORES["redis"]

    assert [sign_in().status_code for _ in range(LIMIT + 1)] == [401] * LIMIT + [429]


@pytest.fixture
def uncounted(sign_in, transactional_db):
    """Take away what tries are counted in."""
    with connection.schema_editor() as schema:
        schema.alter_db_table(ThrottleWindow, "accounts_throttlewindow", "elsewhere")
    yield
    with connection.schema_editor() as schema:
        schema.alter_db_table(ThrottleWindow, "elsewhere", "accounts_throttlewindow")


def test_no_password_is_looked_at_when_tries_can_not_be_counted(uncounted, sign_in, client):
    heard = sign_in(password=PASSWORD)
    console = client.post("/admin/login/", {"username": "admin", "password": PASSWORD})

    assert (heard.status_code, heard.data["code"]) == (503, "sign_in_paused")
    assert heard["Retry-After"]
    assert console.status_code == 200  # the form again


@pytest.fixture
def enter(sign_in, client, people):
    """Try a password at the console, each time from another address unless one is given."""
    addresses = iter(range(1, 250))

    def attempt(password="wrong", address=None):
        origin = address or f"203.0.113.{next(addresses)}"
        body = {"username": "admin", "password": password}
        return client.post("/admin/login/", body, REMOTE_ADDR=origin)

    return attempt


def test_the_console_takes_the_right_password(enter):
    assert enter(PASSWORD).status_code == 302


def test_the_console_and_the_api_count_one_name_together(enter, sign_in):
    for _ in range(LIMIT):
        enter()

    assert enter(PASSWORD).status_code == 200  # the form again, as for a wrong password
    assert sign_in("admin", PASSWORD).status_code == 429


def test_the_console_counts_by_address_too(enter, sign_in, rates):
    rates(token=2)
    sign_in("alice", address=HOME)
    sign_in("bob", address=HOME)

    assert enter(PASSWORD, HOME).status_code == 200
    assert enter(PASSWORD).status_code == 302


def test_a_console_that_was_entered_before_can_be_entered_again(enter, sign_in):
    enter(PASSWORD, HOME)
    for _ in range(LIMIT + 1):
        sign_in("admin")

    assert enter(PASSWORD, HOME).status_code == 302
    assert enter(PASSWORD).status_code == 200
