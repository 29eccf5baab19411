"""Threads and processes spend one budget at once: together never more than there is."""

from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db import connection

from accounts.budgets import Policy
from accounts.purse import PURSE, Purse
from local.environment import DATABASE_URL, given
from tests.concurrency.threads import at_once
from tests.serving import serving
from wire.clock import now

pytest_plugins = ["tests.throttle_fixtures"]
pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 32
EACH = 8


def url_of_this_database():
    """Return where another process finds the database that this test has."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(given(DATABASE_URL) or "")._replace(path=f"/{name}").geturl()


def spend(purse, policy, at):
    """Return how many of some calls were admitted."""
    verdicts = [purse.spend(policy, "@alice", at) for _ in range(EACH)]
    return sum(verdict.admitted for verdict in verdicts)


@pytest.mark.parametrize("limit", [1, 100, 1_000])
def test_threads_that_are_counted_exactly_get_the_limit_or_all_they_ask_for(each_store, limit):
    policy, at = Policy("sign-in", limit, 60, skew=30, slices=None), now()

    admitted = at_once(THREADS, lambda _: spend(PURSE, policy, at))

    assert sum(admitted) == min(limit, THREADS * EACH)


@pytest.mark.parametrize("limit", [1, 100, 250])
def test_threads_of_one_process_lose_nothing_of_their_slices(each_store, limit):
    policy, at = Policy("user", limit, 60, skew=30), now()

    admitted = at_once(THREADS, lambda _: spend(PURSE, policy, at))
    # Who was refused while another's slice was on its way leaves calls behind: they are still good.
    admitted += [spend(PURSE, policy, at) for _ in range(THREADS)]

    assert sum(admitted) == limit


def test_processes_with_slices_of_their_own_admit_no_more_than_the_limit(each_store):
    policy, at, purses = Policy("user", 200, 60, skew=30), now(), [Purse() for _ in range(8)]

    admitted = at_once(THREADS, lambda number: spend(purses[number % 8], policy, at))

    held = sum(lease.held for purse in purses for lease in purse._leases.values())
    assert sum(admitted) + held == 200
    assert sum(admitted) >= 200 - 8 * policy.slice_of(200)


@pytest.fixture
def server(each_store, redis_url):
    """Two worker processes that count where this process could."""
    counting = {"REDIS_URL": redis_url} if each_store == "redis" else {}
    own = {"DATABASE_URL": url_of_this_database(), "SECRET_KEY": uuid4().hex, **counting}
    with serving({"THROTTLE_TOKEN": "20/day", "WEB_CONCURRENCY": "2", **own}) as server:
        yield server


def test_two_worker_processes_share_one_count(server):
    def ask(_):
        body, headers = '{"refresh": "never given out"}', {"Content_Type": "application/json"}
        return server.ask("POST", "/api/token/refresh", body, **headers).status

    heard = at_once(THREADS, ask) + at_once(THREADS, ask)

    assert sorted(heard) == [401] * 20 + [429] * (2 * THREADS - 20)
