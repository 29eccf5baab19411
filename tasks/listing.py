"""How is a list of tasks asked for? By one statement for all that differ in their values alone.

To put it together takes Django many times as long as all the rest of the answer (docs/adr/0013).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet, Value

from accounts.principals import Principal
from tasks.filters import Filters, narrowed, opened, order_of
from tasks.models import Task, TaskQuerySet
from tasks.plain import spelled_by
from tasks.sight import Sight
from tasks.spelling import SpelledTask, member
from wire.orders import Position
from wire.pages import Page, Window, cut, merged, selected, windowed
from wire.prepared import Question, Slot

SHAPES_KEPT = 128
# These are written in the statement, so there is one way for each list of them, by its index; of
# anybody's tasks, or a project's, there are many or few, and PostgreSQL finds them accordingly.
_PLANNED_ONCE = frozenset({"status", "priority"})


class Shape(NamedTuple):
    """What makes the statement: all that is asked for, with a slot where any value may stand.

    The number of rows is part of it, so that a plan is for that many.
    """

    sees_all: bool
    ordering: str
    filters: Filters
    window: Window


def find(query: Mapping[str, Any], *, caller: Principal, at: datetime) -> Page[SpelledTask]:
    """Return a page of the tasks that a validated query asks for. Raises InvalidInput."""
    order, sight = order_of(query), Sight.of(caller)
    window = windowed(query, order, Task)
    filters, values = opened(query)
    shape = Shape(sight.sees_all, query.get("ordering", ""), filters, _open(window))
    places = {} if window.position is None else _places(window.position)
    told = {"caller": sight.caller, "member": sight.member, "at": at, **values, **places}
    rows = spelled_by(_question(shape), **told)
    return cut(rows, order, window, _count(query, caller, at), member=member)


def _count(query: Mapping[str, Any], caller: Principal, at: datetime) -> int | None:
    if not query.get("count"):
        return None
    return narrowed(Task.rows.visible_to(caller), query, Sight.of(caller), at).count()


def _places(position: Position) -> dict[str, object]:
    return {f"place_{number}": value for number, value in enumerate(position.values)}


def _open(window: Window) -> Window:
    """Return the window with a slot for each value of its position."""
    if window.position is None:
        return window
    places = _places(window.position).items()
    slots = tuple(None if value is None else Slot(place) for place, value in places)
    return replace(window, position=replace(window.position, values=slots))


@lru_cache(maxsize=SHAPES_KEPT)
def _question(shape: Shape) -> Question:
    names = {name for name, _ in shape.filters}
    is_planned_once = names <= _PLANNED_ONCE and not shape.window.offset
    return Question(lambda: _rows(shape), is_planned_once=is_planned_once)


def _rows(shape: Shape) -> QuerySet[Task]:
    """Return the rows of a shape, each slot a value that is yet to be said."""
    query = {name: _value(given) for name, given in shape.filters}
    order, window = order_of({"ordering": shape.ordering}), shape.window
    if window.position is not None:
        values = tuple(map(_value, window.position.values))
        window = replace(window, position=replace(window.position, values=values))
    if places := _several(shape):
        parts = [_seen(shape, {**query, "status": [place]}) for place in places]
        return merged(Task.rows.visible_to_slots(shape.sees_all), parts, order, window)
    return selected(_seen(shape, query), order, window)


def _several(shape: Shape) -> Sequence[str]:
    """Return the statuses, if the newest of several are asked for: each has an index of its own.

    Asked for all of them at once, PostgreSQL walks past whatever is newer and of no such status.
    """
    places: Any = dict(shape.filters).get("status", ())
    is_newest_first = not shape.ordering and not shape.window.offset
    can = connection.features.supports_slicing_ordering_in_compound
    return places if is_newest_first and can and len(places) > 1 else ()


def _seen(shape: Shape, query: Mapping[str, Any]) -> TaskQuerySet:
    sight = Sight(Slot("caller"), Slot("member"), shape.sees_all)
    seen = Task.rows.visible_to_slots(shape.sees_all)
    return narrowed(seen, query, sight, Value(Slot("at")))


def _value(given: object) -> object:
    return Value(given) if isinstance(given, Slot) else given
