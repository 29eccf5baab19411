"""Which events are in somebody's sight, and what of each?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Q

from outbox.models import Event
from outbox.sql import IsOfDeletedProject
from tasks.models import Task
from tasks.sight import Sight, in_sight


def events_in(sight: Sight) -> Q:
    """Return the condition of events in sight, as the projects are now.

    A project's events do not become everybody's because it is deleted and its slug is open again.
    """
    return Q() if sight.sees_all else in_sight(sight) & ~Q(IsOfDeletedProject())


def narrowed(events: Sequence[Event], sight: Sight) -> Sequence[Event]:
    """Return the events, in whose tasks those out of sight are no one's parent or need.

    They were told through the eyes of whoever made the change.
    """
    mentioned = {each for event in events for each in _related(event.data)}
    if sight.sees_all or not mentioned:
        return events
    seen = set(Task.objects.filter(in_sight(sight), pk__in=mentioned).values_list("pk", flat=True))
    for event in events:
        if event.data and not seen.issuperset(_related(event.data)):
            event.data = _without(event.data, seen)
    return events


def _related(data: Mapping[str, Any] | None) -> Iterator[int]:
    yield from (data or {}).get("depends_on", ())
    parent = (data or {}).get("parent_id")
    if parent is not None:
        yield parent


def _without(data: Mapping[str, Any], seen: set[int]) -> Mapping[str, Any]:
    parent = data["parent_id"]
    return {
        **data,
        "parent_id": parent if parent in seen else None,
        "depends_on": [each for each in data["depends_on"] if each in seen],
    }
