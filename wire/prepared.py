"""Which statements are put together once, and asked again with other values? Those of every call.

Django takes longer to compile such a statement than the database to answer it. What is asked stays
a query set, written where others are; here it is compiled once, and what differs from one call to
the next is left open by a Slot. PostgreSQL plans it once too. Anything else that reads or writes
does it as Django does (docs/adr/0013).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache, cached_property
from itertools import islice
from typing import Any, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import NOT_PROVIDED, Field, Model, QuerySet
from django.db.models.sql import UpdateQuery

from wire.compiled import Compiled, compiled
from wire.direct import Rows, Texts

AnyField: TypeAlias = "Field[Any, Any]"
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


class Question:
    """Plain rows that are asked for with other values each time."""

    def __init__(self, rows: Callable[[], QuerySet[Any]]) -> None:
        self._rows = rows

    @cached_property
    def _compiled(self) -> Compiled:
        return compiled(self._rows())

    def ask(self, **values: object) -> Rows:
        """Return the rows for the values of the slots."""
        question = self._compiled
        params = _filled(question.params, values)
        rows = question.direct.rows(params)
        if rows is not None:
            return question.converted(rows, question.left)
        with planned_once(), connection.cursor() as cursor:
            cursor.execute(question.sql, params)
            return question.converted(cursor.fetchall(), question.converters)

    def spelled(self, **values: object) -> Texts | None:
        """Return them as PostgreSQL spells them, None where they have to be asked for."""
        question = self._compiled
        return question.direct.texts(_filled(question.params, values))


class Change:
    """Rows that are changed where they fit, with other values each time."""

    def __init__(self, rows: Callable[[], QuerySet[Any]], **sets: object) -> None:
        self._rows, self._sets = rows, sets

    @cached_property
    def _compiled(self) -> tuple[str, tuple[object, ...]]:
        query: Any = self._rows().query.chain(UpdateQuery)
        query.add_update_values(self._sets)
        sql, params = query.get_compiler(connection=connection).as_sql()
        return sql, tuple(params)

    def of(self, **values: object) -> "Statement":
        """Return how to change the rows that fit the values of the slots."""
        sql, params = self._compiled
        return Statement(sql, _filled(params, values))


def _filled(params: Sequence[object], values: Mapping[str, object]) -> list[Any]:
    """Return the parameters with a value in each slot, as the database takes it."""
    return [_plain(values[each]) if isinstance(each, Slot) else each for each in params]


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value


def columns(kind: type[Model], of: str = "") -> list[str]:
    """Return the names of all columns of a kind, for a question that asks for whole things.

    `of` is the field that refers to them, where others are asked for as well.
    """
    return [f"{of}__{name}" if of else name for name in _table(kind).columns]


def whole(kind: type[Thing], values: Iterator[Any]) -> Thing:
    """Return the thing that the next values make: one for each of its columns."""
    names = _table(kind).columns
    return kind.from_db(DEFAULT_DB_ALIAS, names, list(islice(values, len(names))))


def insert(rows: Sequence[Model]) -> None:
    """Store new rows of one kind; what the database fills by itself is left to it.

    They are not told their ids.
    """
    table = _table(type(rows[0]))
    params = [value for row in rows for value in table.stored(row)]
    _changed(f"{table.insert} VALUES {', '.join([f'({table.places})'] * len(rows))}", params)


class Statement(NamedTuple):
    """One that changes rows, with its values."""

    sql: str
    params: Sequence[Any]

    def make(self) -> int:
        """Make the change; returns in how many rows."""
        return _changed(self.sql, self.params)

    def make_with(self, rows: Sequence[Model]) -> int:
        """Make it, and store new rows if there was anything to change; all in one statement.

        Returns in how many rows it was made. For PostgreSQL.
        """
        sql = _with(self.sql, tuple(type(row) for row in rows))
        stored = [value for row in rows for value in _table(type(row)).stored(row)]
        return _changed(sql, [*self.params, *stored])


def update(kind: type[Model], sets: Mapping[str, object], where: Mapping[str, object]) -> Statement:
    """Return how to set some columns in the rows of a kind that have certain values."""
    columns = _table(kind).columns
    given = [*sets.items(), *where.items()]
    params = [columns[name].get_db_prep_save(value, connection) for name, value in given]
    return Statement(_update(kind, tuple(sets), tuple(where)), params)


def _changed(sql: str, params: Sequence[Any]) -> int:
    with planned_once(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        changed: int = cursor.rowcount
    return changed


class _Table(NamedTuple):
    columns: Mapping[str, AnyField]
    fields: tuple[AnyField, ...]  # those that a new row brings
    insert: str
    places: str

    def stored(self, row: Model) -> list[Any]:
        """Return the values of a new row as the database takes them."""
        return [
            field.get_db_prep_save(getattr(row, field.attname), connection) for field in self.fields
        ]


@cache
def _table(kind: type[Model]) -> _Table:
    columns: dict[str, AnyField] = {f.attname: f for f in kind._meta.concrete_fields}  # noqa: SLF001
    brought = tuple(
        f
        for f in columns.values()
        if f is not kind._meta.auto_field and f.db_default is NOT_PROVIDED  # noqa: SLF001
    )
    names = ", ".join(_quoted(field) for field in brought)
    table = connection.ops.quote_name(kind._meta.db_table)  # noqa: SLF001
    return _Table(
        columns,
        brought,
        f"INSERT INTO {table} ({names})",
        ", ".join(["%s"] * len(brought)),
    )


@cache
def _update(kind: type[Model], sets: tuple[str, ...], where: tuple[str, ...]) -> str:
    columns = _table(kind).columns
    changes = ", ".join(f"{_quoted(columns[name])} = %s" for name in sets)
    condition = " AND ".join(f"{_quoted(columns[name])} = %s" for name in where)
    table = connection.ops.quote_name(kind._meta.db_table)  # noqa: SLF001
    return f"UPDATE {table} SET {changes} WHERE {condition}"


@cache
def _with(update: str, kinds: tuple[type[Model], ...]) -> str:
    tables = [_table(each) for each in kinds]
    stored = [
        f"stored_{place} AS ({table.insert} SELECT {table.places} FROM changed)"
        for place, table in enumerate(tables)
    ]
    return f"WITH {', '.join([f'changed AS ({update} RETURNING 1)', *stored])} SELECT FROM changed"


def _quoted(field: AnyField) -> str:
    return connection.ops.quote_name(str(field.column))
