"""A list goes on where its last page ended, however large what it is ordered by."""

import base64
import json

import pytest

from accounts.models import Session
from audit.models import Entry
from tests.factories import NOON
from wire.errors import InvalidInput
from wire.orders import Column
from wire.pages import page, windowed

pytestmark = pytest.mark.django_db

PLACES = [1, 2**31 - 1, 2**31, 2**32, 2**32 + 1, 2**40, 2**63 - 1]


def walked(order, link, query):
    """Return the ids of all pages, from one end to the other."""
    found = page(Entry.objects.all(), order, {"limit": 2, **query})
    ids = [entry.pk for entry in found.rows]
    if link not in found.links:
        return ids
    following = walked(order, link, {"cursor": found.links[link]})
    return ids + following if link == "next" else following + ids


@pytest.mark.parametrize("descending", [True, False])
def test_pages_follow_each_other_past_what_an_integer_holds(descending):
    order = (Column("id", descending=descending),)
    words = {"action": "task.created", "outcome": "success", "actor_type": "human"}
    Entry.objects.bulk_create(Entry(pk=place, occurred_at=NOON, **words) for place in PLACES)
    wanted = sorted(PLACES, reverse=descending)

    assert walked(order, "next", {}) == wanted
    last = page(Entry.objects.all(), order, {"limit": 2, "offset": len(PLACES) - 2})
    before = walked(order, "prev", {"cursor": last.links["prev"]})
    assert before == wanted[:-2]


@pytest.mark.parametrize("at", [
    "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-03-01T12:00:00", "2026-03-01",
])  # fmt: skip
def test_a_time_that_no_cursor_of_ours_holds_is_refused(at):
    content = json.dumps(["created_at", False, [at]]).encode()
    cursor = base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    with pytest.raises(InvalidInput):
        windowed({"cursor": cursor}, (Column("created_at"),), Session)
