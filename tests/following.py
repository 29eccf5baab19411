"""Events that stand in the outbox already, and readers who wait until they can be read."""

import time
from typing import Any

from django.db.models import Q

from outbox.cursors import Cursor
from outbox.models import Event
from outbox.reading import replay
from tests.factories import NOON

PATIENCE_SECONDS = 30


def an_event(type_: str = "task.updated", **members: Any) -> Event:
    """Store an event of long ago: one that nothing can come before any more."""
    given = {
        "horizon": 0, "type": type_, "occurred_at": NOON, "task_id": 7, "actor_id": "@alice",
        "actor_type": "human", "request_id": "test-request", "data": {"id": 7},
    }  # fmt: skip
    return Event.objects.create(**{**given, **members})


def followed(expected: int, after: Cursor | None = None) -> list[Any]:
    """Read on until so many events are settled: transactions of other tests may be running."""
    patient_until = time.monotonic() + PATIENCE_SECONDS
    while len(found := replay(after, seen=Q(), most=expected + 1)) < expected:
        assert time.monotonic() < patient_until, found
    return found
