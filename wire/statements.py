"""How are rows written that nearly every call writes? Past Django's compiler, like what is asked.

A statement about one kind of rows is put together once, and PostgreSQL plans it once
(docs/adr/0013). What it changes and what goes with it can be one statement (0025).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, cached_property, lru_cache, partial
from typing import Any, NamedTuple, TypeAlias

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    NOT_PROVIDED,
    CharField,
    DateTimeField,
    Field,
    GenericIPAddressField,
    JSONField,
    Model,
    QuerySet,
    TextField,
)
from django.db.models.sql import UpdateQuery

from wire.compiled import Compiled, of_sql
from wire.direct import Rows
from wire.prepared import asked, filled, on_postgresql, planned_once

AnyField: TypeAlias = "Field[Any, Any]"


def insert(rows: Sequence[Model]) -> None:
    """Store new rows of one kind; what the database fills by itself is left to it.

    They are not told their ids.
    """
    table = table_of(type(rows[0]))
    params = [value for row in rows for value in table.stored(row)]
    if len(rows) == 1 and on_postgresql():
        asked(_insert(type(rows[0])), params)
        return
    _changed(f"{table.insert} VALUES {', '.join([f'({table.places})'] * len(rows))}", params)


class OfRow(NamedTuple):
    """A value of a new row that is taken from `changed`, the row it goes with: how SQL says it."""

    sql: str
    params: Sequence[Any] = ()


class Statement(NamedTuple):
    """One that changes rows, with its values."""

    sql: str
    params: Sequence[Any]

    def make(self) -> int:
        """Make the change; returns in how many rows."""
        return _changed(self.sql, self.params)

    def make_with(self, rows: Sequence[Model]) -> Rows:
        """Make it, and store new rows if there was anything to change; all in one statement.

        Returns as many empty rows as were changed. For PostgreSQL.
        """
        stored = [value for row in rows for value in table_of(type(row)).stored(row)]
        statement = _with(self.sql, tuple(type(row) for row in rows))
        return asked(statement, [*self.params, *stored])


class Change:
    """Rows that are changed where they fit, with other values each time."""

    def __init__(self, rows: Callable[[], QuerySet[Any]], **sets: object) -> None:
        self._rows, self._sets = rows, sets

    @cached_property
    def compiled(self) -> tuple[str, tuple[object, ...]]:
        """The statement and its parameters, some of them slots."""
        query: Any = self._rows().query.chain(UpdateQuery)
        query.add_update_values(self._sets)
        sql, params = query.get_compiler(connection=connection).as_sql()
        return sql, tuple(params)

    def of(self, **values: object) -> Statement:
        """Return how to change the rows that fit the values of the slots."""
        sql, params = self.compiled
        return Statement(sql, filled(params, values))


def update(kind: type[Model], sets: Mapping[str, object], where: Mapping[str, object]) -> Statement:
    """Return how to set some columns in the rows of a kind that have certain values."""
    columns, database = table_of(kind).columns, connections[DEFAULT_DB_ALIAS]
    given = [*sets.items(), *where.items()]
    params = [columns[name].stored(value, database) for name, value in given]
    return Statement(_update(kind, tuple(sets), tuple(where)), params)


def arrival(row: Model, beside: tuple[type[Model], object] | None) -> Statement:
    """Return how to store a row that brings its id; only beside another one, if that is named.

    The other one is named by its kind and key, and cannot be deleted until the transaction ends.
    """
    kind, database = type(row), connections[DEFAULT_DB_ALIAS]
    columns = table_of(kind).columns
    params = [column.stored(getattr(row, name), database) for name, column in columns.items()]
    if beside is None:
        return Statement(_arrival(kind, None), params)
    return Statement(_arrival(kind, beside[0]), [*params, beside[1]])


def _changed(sql: str, params: Sequence[Any]) -> int:
    with planned_once(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        changed: int = cursor.rowcount
    return changed


class _Column(NamedTuple):
    field: AnyField
    kind: type | None  # of values that are stored without asking the field
    made: Callable[[Any], Any] | None  # what the driver takes for one, None where it is the value

    def stored(self, value: Any, database: BaseDatabaseWrapper) -> Any:
        """Return a value as the database takes it; as the field would, mostly without asking it."""
        kind = type(value)
        if value is None or kind is OfRow:
            return value
        if kind is self.kind:
            return value if self.made is None else self.made(value)
        return self.field.get_db_prep_save(value, database)


class Table(NamedTuple):
    """Where rows of a kind are stored, and how a new one is."""

    columns: Mapping[str, _Column]
    brought: Mapping[str, _Column]  # by a new row
    insert: str
    places: str

    def stored(self, row: Model) -> list[Any]:
        """Return the values of a new row as the database takes them."""
        database = connections[DEFAULT_DB_ALIAS]
        return [
            column.stored(getattr(row, name), database) for name, column in self.brought.items()
        ]


@cache
def table_of(kind: type[Model]) -> Table:
    """Return where rows of a kind are stored."""
    columns = {f.attname: _column(f) for f in kind._meta.concrete_fields}  # noqa: SLF001
    brought = {
        name: column
        for name, column in columns.items()
        if column.field is not kind._meta.auto_field and column.field.db_default is NOT_PROVIDED  # noqa: SLF001
    }
    names = ", ".join(_quoted(column.field) for column in brought.values())
    table = connection.ops.quote_name(kind._meta.db_table)  # noqa: SLF001
    return Table(
        columns,
        brought,
        f"INSERT INTO {table} ({names})",
        ", ".join(["%s"] * len(brought)),
    )


def _column(field: AnyField) -> _Column:
    if isinstance(field, (CharField, TextField)):
        return _Column(field, str, None)
    if connection.vendor != "postgresql":
        return _Column(field, None, None)
    if isinstance(field, DateTimeField):
        return _Column(field, datetime, None)
    ops: Any = connection.ops
    if isinstance(field, GenericIPAddressField):
        return _Column(field, str, lru_cache(maxsize=256)(ops.adapt_ipaddressfield_value))
    if isinstance(field, JSONField):
        return _Column(field, dict, partial(ops.adapt_json_value, encoder=field.encoder))
    sized = ops.integerfield_type_map.get(field.get_internal_type())
    return _Column(field, sized and int, sized)


@cache
def _insert(kind: type[Model]) -> Compiled:
    table = table_of(kind)
    return of_sql(f"{table.insert} VALUES ({table.places}) RETURNING 1")


@cache
def _update(kind: type[Model], sets: tuple[str, ...], where: tuple[str, ...]) -> str:
    columns = table_of(kind).columns
    changes = ", ".join(f"{_quoted(columns[name].field)} = %s" for name in sets)
    condition = " AND ".join(f"{_quoted(columns[name].field)} = %s" for name in where)
    table = connection.ops.quote_name(kind._meta.db_table)  # noqa: SLF001
    return f"UPDATE {table} SET {changes} WHERE {condition}"


@cache
def _arrival(kind: type[Model], other: type[Model] | None) -> str:
    table, columns = connection.ops.quote_name(kind._meta.db_table), table_of(kind).columns  # noqa: SLF001
    names = ", ".join(_quoted(column.field) for column in columns.values())
    insert = f"INSERT INTO {table} ({names}) SELECT {', '.join(['%s'] * len(columns))}"
    if other is None:
        return insert
    beside = connection.ops.quote_name(other._meta.db_table)  # noqa: SLF001
    lock = " FOR KEY SHARE" if connection.vendor == "postgresql" else ""
    return f"{insert} FROM {beside} WHERE {_quoted(other._meta.pk)} = %s{lock}"  # noqa: SLF001


@cache
def _with(update: str, kinds: tuple[type[Model], ...]) -> Compiled:
    tables = [table_of(each) for each in kinds]
    stored = [
        f"stored_{place} AS ({table.insert} SELECT {table.places} FROM changed)"
        for place, table in enumerate(tables)
    ]
    parts = ", ".join([f"changed AS ({update} RETURNING 1)", *stored])
    return of_sql(f"WITH {parts} SELECT FROM changed")


def _quoted(field: AnyField) -> str:
    return connection.ops.quote_name(str(field.column))
