"""Which events are in somebody's sight, and what of each?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Count, Q

from outbox.models import Event
from outbox.sql import IsOfDeletedProject
from tasks.lifecycle import Status
from tasks.models import Task
from tasks.sight import Sight, in_sight


def events_in(sight: Sight) -> Q:
    """Return the condition of events in sight, as the projects are now.

    A project's events do not become everybody's because it is deleted and its slug is open again.
    """
    return Q() if sight.sees_all else in_sight(sight) & ~Q(IsOfDeletedProject())


def narrowed(events: Sequence[Event], sight: Sight) -> Sequence[Event]:
    """Return the events, in whose tasks those out of sight are no one's parent, need or child.

    They were told through the eyes of whoever made the change.
    """
    if sight.sees_all:
        return events
    _recount([event for event in events if event.data and event.data.get("subtask_count")], sight)
    mentioned = {each for event in events for each in _related(event.data)}
    if not mentioned:
        return events
    seen = set(Task.objects.filter(in_sight(sight), pk__in=mentioned).values_list("pk", flat=True))
    for event in events:
        if event.data and not seen.issuperset(_related(event.data)):
            event.data = _without(event.data, seen)
    return events


def _recount(events: Sequence[Event], sight: Sight) -> None:
    """Have the children counted that are seen now: how many the actor saw is the actor's."""
    children = Task.objects.filter(in_sight(sight), parent__in={one.task_id for one in events})
    done = Count("pk", filter=Q(status=Status.COMPLETED.value))
    counts = children.values("parent").annotate(every=Count("pk"), done=done) if events else ()
    found = {each["parent"]: (each["every"], each["done"]) for each in counts}
    for event in events:
        every, completed = found.get(event.task_id, (0, 0))
        event.data = {**(event.data or {}), "subtask_count": every, "subtasks_completed": completed}


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
