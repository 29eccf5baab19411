"""What can a list of tasks be narrowed by, and how is it ordered?"""

from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias

from django.db.models import Q, Value

from tasks.models import TaskQuerySet, is_overdue
from tasks.ready import is_ready
from tasks.sight import Sight
from tasks.sql import Unforeseen, Written
from wire.orders import Column, Order
from wire.prepared import Slot

NEWEST_FIRST: Order = (Column("id", descending=True),)
OLDEST_FIRST: Order = (Column("id"),)
SORT_KEYS = ("created_at", "updated_at", "due_date", "priority", "title")
NULLABLE = frozenset({"due_date"})
PEOPLE = ("assigned_to", "created_by")
FLAGS = ("overdue", "ready")

# What is asked for by name: a value, or a slot for one.
Filters: TypeAlias = tuple[tuple[str, Hashable], ...]

ORDERS: Mapping[str, Order] = MappingProxyType({
    f"{sign}{name}": (
        Column(name, descending=bool(sign), nullable=name in NULLABLE),
        Column("id", descending=bool(sign)),
    )
    for name in SORT_KEYS
    for sign in ("", "-")
})  # fmt: skip

# By id: two comments of one instant keep the order in which they came.
COMMENT_ORDERS: Mapping[str, Order] = MappingProxyType(
    {"created_at": OLDEST_FIRST, "-created_at": NEWEST_FIRST}
)

_FILTERS: Mapping[str, Callable[[Any], Q]] = MappingProxyType({
    "status": lambda places: Q(status__in=list(map(Written, places))),
    "priority": lambda rank: Q(priority=Written(rank)),
    "project": lambda slug: Q(project_slug=slug),
    "parent_id": lambda parent: (
        # The parent itself for the index, as it is seen for those who do not see it.
        Q(parent=parent, seen_parent=parent) if parent else Q(seen_parent__isnull=True)
    ),
    "due_before": lambda at: Q(due_date__lt=at),
    "due_after": lambda at: Q(due_date__gt=at),
    "tag": lambda tags: Q(*(Q(tags__has=tag) for tag in tags)),
    "q": lambda text: _says(Unforeseen(text if isinstance(text, Value) else Value(text))),
})  # fmt: skip

_NAMES = frozenset({*_FILTERS, *PEOPLE, *FLAGS})
_ONE_OF_FEW = frozenset({"status", "priority", *FLAGS})
_WORDS = MappingProxyType({**dict.fromkeys(PEOPLE, ("", "me")), "parent_id": (0,)})


def narrowed(
    tasks: TaskQuerySet, query: Mapping[str, Any], sight: Sight, at: datetime | Value
) -> TaskQuerySet:
    """Return the tasks that a validated query asks for; slots may stand for its values."""
    wanted = [_FILTERS[name](value) for name, value in query.items() if name in _FILTERS]
    wanted += [_person(name, query[name], sight) for name in PEOPLE if name in query]
    flags = {"overdue": is_overdue(at), "ready": is_ready(sight, at)}
    wanted += [flags[name] if query[name] else ~flags[name] for name in FLAGS if name in query]
    return tasks.filter(*wanted)


def opened(query: Mapping[str, Any]) -> tuple[Filters, dict[str, object]]:
    """Return the filters of a validated query with a slot where any value may stand, and those."""
    filters: dict[str, Hashable] = {}
    values: dict[str, object] = {}
    for name in (name for name in query if name in _NAMES):
        given = query[name]
        if _is_word(name, given):
            filters[name] = tuple(sorted(set(given))) if name == "status" else given
        elif name == "tag":
            values |= {f"tag_{number}": tag for number, tag in enumerate(given)}
            filters[name] = tuple(Slot(f"tag_{number}") for number in range(len(given)))
        else:
            filters[name], values[name] = Slot(name), given
    return tuple(filters.items()), values


def _is_word(name: str, value: object) -> bool:
    """Tell whether a value is one of few, each with its own meaning or its own way to be found."""
    return name in _ONE_OF_FEW or value in _WORDS.get(name, ())


def order_of(query: Mapping[str, Any]) -> Order:
    """Return the order asked for; newest first when none is."""
    return ORDERS.get(query.get("ordering", ""), NEWEST_FIRST)


def _says(text: Unforeseen) -> Q:
    return Q(title__icontains=text) | Q(description__icontains=text)


def _person(name: str, principal: str | Value, sight: Sight) -> Q:
    if not principal:
        return Q(**{f"{name}__isnull": True})
    return Q(**{name: Value(sight.caller) if principal == "me" else principal})
