"""In which order do rows come, and which of them are past a place in it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, BooleanField, F, Func, Q, Value


@dataclass(frozen=True, slots=True)
class Column:
    """One sort key; empty values come last both ways."""

    name: str
    descending: bool = False
    nullable: bool = False

    def order(self, *, backward: bool) -> Any:
        """Return the ORDER BY term, reversed when paging backward."""
        descending = self.descending is not backward
        nulls = {} if not self.nullable else {"nulls_first" if backward else "nulls_last": True}
        expression = F(self.name)
        return expression.desc(**nulls) if descending else expression.asc(**nulls)

    def beyond(self, value: object, *, backward: bool) -> Q:
        """Return the condition of rows strictly past `value`."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if backward else Q(pk__in=[])
        greater = self.descending is backward
        found = Q(**{f"{self.name}__{'gt' if greater else 'lt'}": value})
        if self.nullable and not backward:
            found |= Q(**{f"{self.name}__isnull": True})
        return found

    def reached(self, value: object, *, backward: bool) -> Q:
        """Return the condition of rows at `value` or past it, where an index can begin."""
        greater = self.descending is backward
        return Q(**{f"{self.name}__{'gte' if greater else 'lte'}": value})

    def same(self, value: object) -> Q:
        """Return the condition of rows that tie with `value`."""
        return Q(**{f"{self.name}__isnull": True} if value is None else {self.name: value})


Order = Sequence[Column]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page begins: behind the row with these values of its order, or before it."""

    backward: bool
    values: tuple[object, ...]


class _Beside(Func):
    """Values side by side."""

    template = "(%(expressions)s)"


class _Precedes(Func):
    """Whether one such comes before the other: the first two values that differ tell.

    Said so, an index begins there, and PostgreSQL expects as much of any place as of a known one.
    """

    arg_joiner = " < "
    template = "%(expressions)s"
    output_field = BooleanField()


def past(order: Order, position: Position) -> Q:
    """Return the condition of the rows of a page that begins there."""
    if not any(column.nullable or column.descending != order[0].descending for column in order):
        ends = [
            _Beside(*(F(column.name) for column in order)),
            _Beside(*map(_expressed, position.values)),
        ]
        is_falling = order[0].descending is not position.backward
        return Q(_Precedes(*(ends if is_falling else reversed(ends))))
    condition, ties = Q(pk__in=[]), Q()
    for column, value in zip(order, position.values, strict=True):
        condition |= ties & column.beyond(value, backward=position.backward)
        ties &= column.same(value)
    # Which says no more than the alternatives do, but says it so that an index begins there.
    first, value = order[0], position.values[0]
    return (
        condition
        if first.nullable
        else condition & first.reached(value, backward=position.backward)
    )


def _expressed(value: object) -> object:
    if isinstance(value, Value):
        return value
    # Of the column nothing is known here, and what Django takes a number for has 32 bits.
    return Value(value, BigIntegerField() if isinstance(value, int) else None)
