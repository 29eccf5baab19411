"""Which statements are put together once, and asked again with other values? Those of every call.

Django takes longer to compile such a statement than the database to answer it. What is asked stays
a query set, written where others are; here it is compiled once, and what differs from one call to
the next is left open by a Slot. PostgreSQL plans it once too. Anything else that reads or writes
does it as Django does (docs/adr/0013).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from functools import cache, cached_property
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakSet

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet

from wire.compiled import Compiled, compiled
from wire.direct import Rows, Texts

Thing = TypeVar("Thing", bound=Model)

PLANNED_AFTER = 5  # times that a connection has asked the same


@contextmanager
def planned_once() -> Iterator[None]:
    """Have each connection plan but once what it is asked again and again within the block.

    For statements that have one good plan whatever is looked for; lists have not.
    """
    if not connection.settings_dict["OPTIONS"].get("server_side_binding"):
        yield
        return
    connection.ensure_connection()
    driver: Any = connection.connection
    before, driver.prepare_threshold = driver.prepare_threshold, PLANNED_AFTER
    try:
        yield
    finally:
        driver.prepare_threshold = before


class Slot(str):
    """Where a value will stand, by its name: `Value(Slot("caller"))`."""

    __slots__ = ()


_QUESTIONS: "WeakSet[Question]" = WeakSet()


class Question:
    """Plain rows that are asked for with other values each time.

    Where the best way to find them depends on the values, PostgreSQL plans it anew for each.
    """

    def __init__(self, rows: Callable[[], QuerySet[Any]], *, is_planned_once: bool = True) -> None:
        self._rows, self._is_planned_once = rows, is_planned_once
        _QUESTIONS.add(self)

    @cached_property
    def _compiled(self) -> Compiled:
        return compiled(self._rows(), is_planned_once=self._is_planned_once)

    def ask(self, **values: object) -> Rows:
        """Return the rows for the values of the slots."""
        question = self._compiled
        return asked(question, filled(question.params, values))

    def spelled(self, **values: object) -> Texts | None:
        """Return them as PostgreSQL spells them, None where they have to be asked for."""
        question = self._compiled
        return question.direct.texts(filled(question.params, values))


def asked(question: Compiled, params: Sequence[Any]) -> Rows:
    """Return the rows that a statement answers with."""
    rows = question.direct.rows(params)
    if rows is not None:
        return question.converted(rows, question.left)
    kept = planned_once() if question.direct.is_planned_once else nullcontext()
    with kept, connection.cursor() as cursor:
        cursor.execute(question.sql, params)
        return question.converted(cursor.fetchall(), question.converters)


def put_together() -> None:
    """Compile all questions there are by now; the database is not asked for it."""
    for question in list(_QUESTIONS):
        question._compiled  # noqa: B018, SLF001


def filled(params: Sequence[object], values: Mapping[str, object]) -> list[Any]:
    """Return the parameters with a value in each slot, as the database takes it."""
    found = [values[each] if type(each) is Slot else each for each in params]
    return found if on_postgresql() else [_plain(each) for each in found]


@cache
def on_postgresql() -> bool:
    """Tell whether PostgreSQL is asked: one process never asks another, and to look takes time."""
    return connection.vendor == "postgresql"


def _plain(value: object) -> object:
    """Return a value as SQLite takes it, which knows neither times nor ids of 128 bits."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value.hex if isinstance(value, UUID) else value


def columns(kind: type[Model], of: str = "") -> list[str]:
    """Return the names of all columns of a kind, for a question that asks for whole things.

    `of` is the field that refers to them, where others are asked for as well.
    """
    return [f"{of}__{name}" if of else name for name in _names(kind)]


def whole(kind: type[Thing], values: Iterator[Any]) -> Thing:
    """Return the thing that the next values make: one for each of its columns."""
    names = _names(kind)
    return kind.from_db(DEFAULT_DB_ALIAS, names, list(islice(values, len(names))))


@cache
def _names(kind: type[Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in kind._meta.concrete_fields)  # noqa: SLF001
