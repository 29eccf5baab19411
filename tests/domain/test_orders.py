"""A list goes on where its last page ended, however large what it is ordered by."""

import base64
import json
from datetime import timedelta

import pytest

from accounts.models import Session
from audit.models import Entry
from tests.factories import NOON
from wire.errors import InvalidInput
from wire.orders import Column
from wire.pages import page, windowed

pytestmark = pytest.mark.django_db

PLACES = [1, 2**31 - 1, 2**31, 2**32, 2**32 + 1, 2**40, 2**63 - 1]

WORDS = {"action": "task.created", "outcome": "success", "actor_type": "human"}
BACK = {"next": "prev", "prev": "next"}


def walked(order, link, query):
    """Return the ids of all pages, to the end that `link` leads to; each has a way back."""
    found = page(Entry.objects.all(), order, {"limit": 2, **query})
    ids = [entry.pk for entry in found.rows]
    assert ids
    assert (BACK[link] in found.links) == ("cursor" in query)
    if link not in found.links:
        return ids
    following = walked(order, link, {"cursor": found.links[link]})
    return ids + following if link == "next" else following + ids


def all_before_the_last_two(order):
    """Return what is found backward from there."""
    last = page(Entry.objects.all(), order, {"limit": 2, "offset": Entry.objects.count() - 2})
    return walked(order, "prev", {"cursor": last.links["prev"]})


@pytest.mark.parametrize("descending", [True, False])
def test_pages_follow_each_other_past_what_an_integer_holds(descending):
    order = (Column("id", descending=descending),)
    Entry.objects.bulk_create(Entry(pk=place, occurred_at=NOON, **WORDS) for place in PLACES)
    wanted = sorted(PLACES, reverse=descending)

    assert walked(order, "next", {}) == wanted
    assert all_before_the_last_two(order) == wanted[:-2]


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("falling", [True, False])
def test_what_ties_follows_in_the_direction_of_the_next_column(newest_first, falling):
    order = (Column("occurred_at", descending=newest_first), Column("id", descending=falling))
    days = [NOON, NOON + timedelta(days=1)]
    Entry.objects.bulk_create(
        Entry(pk=number, occurred_at=days[number % 2], **WORDS) for number in range(1, 11)
    )
    numbers = sorted(range(1, 11), reverse=falling)
    wanted = sorted(numbers, key=lambda number: number % 2, reverse=newest_first)

    assert walked(order, "next", {}) == wanted
    assert all_before_the_last_two(order) == wanted[:-2]


@pytest.mark.parametrize("at", [
    "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-03-01T12:00:00", "2026-03-01",
])  # fmt: skip
def test_a_time_that_no_cursor_of_ours_holds_is_refused(at):
    content = json.dumps(["created_at", False, [at]]).encode()
    cursor = base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    with pytest.raises(InvalidInput):
        windowed({"cursor": cursor}, (Column("created_at"),), Session)
