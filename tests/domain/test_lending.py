"""Connections that threads keep between requests: as long as it harms nobody, and they work."""

import time

import pytest
from django.db import OperationalError, connection
from django.db.backends.signals import connection_created

from config.lending import LENT_SECONDS, lend_for_longer

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.django_db]

SIZE = 2


@pytest.fixture
def lent():
    """A thread's connection from a pool of SIZE."""
    before = list(connection_created.receivers)
    one = connection.copy("lent")
    one.settings_dict["OPTIONS"]["pool"] = {"min_size": 0, "max_size": SIZE, "timeout": 5}
    one.settings_dict["CONN_MAX_AGE"] = 0
    yield one
    one.close()
    one.close_pool()  # type: ignore[attr-defined]
    connection_created.receivers[:] = before


def ends(lent):
    """End a request, and tell whether the thread has its connection still."""
    lent.close_if_unusable_or_obsolete()
    return lent.connection is not None


def test_a_thread_keeps_what_nobody_waits_for_a_minute_long(lent):
    lend_for_longer(SIZE)

    lent.ensure_connection()

    assert ends(lent)
    assert LENT_SECONDS - 10 < lent.close_at - time.monotonic() <= LENT_SECONDS


def test_of_a_pool_smaller_than_the_threads_each_has_its_turn(lent):
    lend_for_longer(SIZE + 1)

    lent.ensure_connection()

    assert not ends(lent)


def test_what_has_failed_goes_back(lent):
    lend_for_longer(SIZE)

    with pytest.raises(OperationalError), lent.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    assert not ends(lent)
    with lent.cursor() as cursor:
        assert cursor.execute("SELECT 1").fetchone() == (1,)


def test_without_a_pool_the_environment_alone_says_how_long(lent):
    lend_for_longer(SIZE)
    del lent.settings_dict["OPTIONS"]["pool"]

    lent.ensure_connection()

    assert not ends(lent)
