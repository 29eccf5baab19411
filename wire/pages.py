"""How does a list travel? A bare array, a stable order, and `Link` cursors (RFC 8288)."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeAlias, TypeVar, cast
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, QuerySet
from rest_framework.request import Request

from wire.errors import InvalidInput
from wire.fields import Flag, Text, Whole
from wire.orders import Column, Order, Position, past
from wire.serializers import StrictSerializer
from wire.strict_json import loads

Row = TypeVar("Row")
Stored = TypeVar("Stored", bound=Model)
Member: TypeAlias = Callable[[Any, str], object]

_compact = json.JSONEncoder(separators=(",", ":"), default=str).encode  # UUIDs as text


class PageQuery(StrictSerializer):
    """The paging members every list accepts."""

    limit = Whole(min_value=1, max_value=100, required=False)
    offset = Whole(min_value=0, max_value=2**31 - 1, required=False)
    cursor = Text(max_length=1024, required=False)
    count = Flag(required=False)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The rows of one page and where its neighbours begin."""

    rows: list[Row]
    links: dict[str, str]
    total: int | None

    def headers(self, request: Request) -> dict[str, str]:
        """Return `Link` and, when asked for, `X-Total-Count`."""
        kept = [
            (name, value)
            for name, values in request.query_params.lists()
            if name not in {"cursor", "offset", "count"}
            for value in values
        ]
        base = request.build_absolute_uri(request.path)
        links = [
            f'<{base}?{urlencode([*kept, ("cursor", cursor)])}>; rel="{relation}"'
            for relation, cursor in self.links.items()
        ]
        found = {"Link": ", ".join(links)} if links else {}
        return found if self.total is None else {**found, "X-Total-Count": str(self.total)}


def page(queryset: QuerySet[Stored], order: Order, query: dict[str, Any]) -> Page[Stored]:
    """Cut one page out of the rows. Raises InvalidInput for a cursor that is not ours."""
    window = windowed(query, order, queryset.model)
    found = list(selected(queryset, order, window))
    return cut(found, order, window, queryset.count() if query.get("count") else None)


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows a page is to have."""

    limit: int
    offset: int
    position: Position | None

    @property
    def backward(self) -> bool:
        """Tell whether the rows are looked for from behind."""
        return self.position is not None and self.position.backward


def windowed(query: Mapping[str, Any], order: Order, model: type[Model]) -> Window:
    """Return what a validated query asks for. Raises InvalidInput for a cursor that is not ours."""
    limit, offset = query.get("limit", settings.CONTRACT.page_size), query.get("offset", 0)
    text = query.get("cursor")
    if text is not None and offset:
        raise InvalidInput.at("/cursor", "Give a cursor or an offset, not both.", "invalid")
    return Window(limit, offset, None if text is None else _decode(text, order, model))


def selected(rows: QuerySet[Stored], order: Order, window: Window) -> QuerySet[Stored]:
    """Return the rows of a window, and one more that tells whether there are others."""
    if window.position is not None:
        rows = rows.filter(past(order, window.position))
    terms = [column.order(backward=window.backward) for column in order]
    ordered = rows.order_by(*terms)
    if window.offset:
        # What a row is told with is not to be worked out for those that are passed over.
        there = ordered.values("pk")[window.offset : window.offset + window.limit + 1]
        ordered = rows.filter(pk__in=there).order_by(*terms)
    return ordered[: window.limit + 1]


def merged(
    rows: QuerySet[Stored], parts: Sequence[QuerySet[Stored]], order: Order, window: Window
) -> QuerySet[Stored]:
    """Return the rows of a window, with no offset, that are in one of the parts, of which none has
    a row of another: those of each part's own window are looked for, which an index may hold.
    """
    first, *others = (selected(part, order, window).values("pk") for part in parts)
    terms = [column.order(backward=window.backward) for column in order]
    found = rows.filter(pk__in=first.union(*others, all=True)).order_by(*terms)
    return found[: window.limit + 1]


def cut(
    found: list[Row],
    order: Order,
    window: Window,
    total: int | None = None,
    *,
    member: Member = getattr,
) -> Page[Row]:
    """Make a page of the rows that were selected; `member` tells what a row has of its order."""
    more, found = len(found) > window.limit, found[: window.limit]
    if window.backward:
        found.reverse()
    links: dict[str, str] = {}
    if found and (window.backward or more):
        links["next"] = _cursor(found[-1], order, member, backward=False)
    if found and (more if window.backward else window.position or window.offset):
        links["prev"] = _cursor(found[0], order, member, backward=True)
    return Page(found, links, total)


def _shape(order: Order) -> str:
    return ",".join(f"{'-' if column.descending else ''}{column.name}" for column in order)


def _cursor(row: object, order: Order, member: Member, *, backward: bool) -> str:
    values = [_plain(member(row, column.name)) for column in order]
    content = _compact([_shape(order), backward, values])
    return base64.urlsafe_b64encode(content.encode()).rstrip(b"=").decode()


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _decode(text: str, order: Order, model: type[Model]) -> Position:
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        content: Any = loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        shape, backward, values = content
        if shape != _shape(order) or not isinstance(backward, bool) or len(values) != len(order):
            raise ValueError("another list's cursor")
        return Position(backward, tuple(map(_read_value, [model] * len(order), order, values)))
    except (ValueError, TypeError, OverflowError, ValidationError) as error:
        sentence = "This cursor is not one of this list."
        raise InvalidInput.at("/cursor", sentence, "invalid") from error


def _read_value(model: type[Model], column: Column, value: object) -> object:
    if value is None and not column.nullable:
        raise ValueError("a value is missing")
    if isinstance(value, list | dict | bool):
        raise ValueError("a value of another kind")
    field = cast("Field[Any, Any]", model._meta.get_field(column.name))
    result = field.to_python(value)
    if isinstance(result, int) and abs(result) > 2**63 - 1:
        raise ValueError("a number out of range")
    if isinstance(result, datetime):
        if result.tzinfo is None:
            raise ValueError("a time of nowhere")
        return result.astimezone(UTC)  # SQLite keeps no other, and there is an end to the calendar
    return result
