"""What can a list of tasks be narrowed by, and how is it ordered?"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db.models import Q

from accounts.principals import Principal
from tasks.models import TaskQuerySet, is_overdue
from tasks.ready import is_ready
from wire.pages import Column, Order

NEWEST_FIRST: Order = (Column("id", descending=True),)
OLDEST_FIRST: Order = (Column("id"),)
SORT_KEYS = ("created_at", "updated_at", "due_date", "priority", "title")
NULLABLE = frozenset({"due_date"})
PEOPLE = ("assigned_to", "created_by")

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
    "status": lambda places: Q(status__in=places),
    "priority": lambda rank: Q(priority=rank),
    "project": lambda slug: Q(project_slug=slug),
    "parent_id": lambda parent: (
        # The parent itself for the index, as it is seen for those who do not see it.
        Q(parent=parent, seen_parent=parent) if parent else Q(seen_parent__isnull=True)
    ),
    "due_before": lambda at: Q(due_date__lt=at),
    "due_after": lambda at: Q(due_date__gt=at),
    "tag": lambda tags: Q(*(Q(tags__has=tag) for tag in tags)),
    "q": lambda text: Q(title__icontains=text) | Q(description__icontains=text),
})  # fmt: skip


def narrowed(
    tasks: TaskQuerySet, query: Mapping[str, Any], caller: Principal, at: datetime
) -> TaskQuerySet:
    """Return the tasks that a validated query asks for."""
    wanted = [_FILTERS[name](value) for name, value in query.items() if name in _FILTERS]
    wanted += [_person(name, query[name], caller) for name in PEOPLE if name in query]
    flags = {"overdue": is_overdue(at), "ready": is_ready(caller, at)}
    wanted += [flags[name] if query[name] else ~flags[name] for name in flags if name in query]
    return tasks.filter(*wanted)


def order_of(query: Mapping[str, Any]) -> Order:
    """Return the order asked for; newest first when none is."""
    return ORDERS.get(query.get("ordering", ""), NEWEST_FIRST)


def _person(name: str, principal: str, caller: Principal) -> Q:
    if not principal:
        return Q(**{f"{name}__isnull": True})
    return Q(**{name: caller.id if principal == "me" else principal})
