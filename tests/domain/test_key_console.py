"""The admin's page of keys: their lives in dates, and nothing of their private halves."""

import pytest
from django.contrib.admin.utils import quote

from accounts.models import SigningKey
from tests.keys import rotate
from wire.clock import now

KEYS = "/admin/accounts/signingkey/"


@pytest.fixture
def console(client, people):
    client.force_login(people["@admin"])
    return client


def test_the_console_shows_where_each_key_stands(console, signing_key):
    waiting = rotate(now()).kid

    page = console.get(KEYS).content.decode()

    assert all(kid in page for kid in (signing_key.kid, waiting))
    assert ">signing<" in page
    assert ">next<" in page


def test_the_console_shows_the_public_half_alone(console, signing_key):
    page = console.get(f"{KEYS}{quote(signing_key.kid)}/change/").content.decode()

    assert signing_key.public_jwk["n"] in page
    assert "sealed" not in page.lower()
    assert "BEGIN" not in page


@pytest.mark.parametrize("page", ["add/", "{}/delete/", "{}/change/"])
def test_the_console_changes_no_key(console, signing_key, page):
    answer = console.post(KEYS + page.format(quote(signing_key.kid)), {"post": "yes"})

    assert answer.status_code == 403
    assert SigningKey.objects.get().dates == signing_key.dates
