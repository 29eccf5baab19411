"""The admin's page of runs: to look, not to touch."""

import pytest

from migrations_ops.models import Run
from tests.oneshots import NAME, mint, run

pytest_plugins = ["tests.oneshot_fixtures"]
RUNS = "/admin/migrations_ops/run/"


@pytest.fixture
def console(client, people):
    client.force_login(people["@admin"])
    return client


def test_the_console_shows_who_ran_what(console, as_carol, raise_cache):
    run(as_carol, mint(as_carol))

    page = console.get(RUNS).content.decode()

    assert all(word in page for word in (NAME, "@carol"))


@pytest.mark.parametrize("page", ["add/", "{}/delete/"])
def test_the_console_neither_adds_nor_deletes(console, as_carol, raise_cache, page):
    run(as_carol, mint(as_carol))

    answer = console.post(RUNS + page.format(Run.objects.get().pk), {"post": "yes"})

    assert (answer.status_code, Run.objects.count()) == (403, 1)
