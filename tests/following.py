"""Events that stand in the outbox already, and those who wait for them: readers and webhooks."""

import json
import time
from typing import Any

from django.db.models import Q

from accounts.principals import Principal
from events import webhooks
from events.webhooks import Made
from outbox.cursors import Cursor
from outbox.models import Event
from outbox.reading import replay
from tests.factories import ADMIN, NOON, acting
from tests.servers.endpoint import Endpoint
from wire.clock import now

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


def hook(
    url: str, project: str | None = None, maker: Principal = ADMIN, place: Cursor | None = None
) -> Made:
    """Have a webhook tell an address what comes from now on, or from a place on."""
    with acting(maker, now()) as journal:
        return webhooks.create(url, project, place, caller=maker, journal=journal)


def heard(receiver: Endpoint) -> list[int]:
    """Return the tasks that it was told of, in their order."""
    return [json.loads(body)["task_id"] for _, body in receiver.received]
