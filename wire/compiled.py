"""What is left of a query set once it is put together? Its statement, and how its rows are read."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from django.db import connection
from django.db.models import IntegerField, JSONField, QuerySet

from wire.direct import Direct, Rows

READ_DIRECTLY = (IntegerField, JSONField)  # columns whose values need no more than that

Convert = Callable[[Any, Any, Any], Any]
Converters: TypeAlias = tuple[tuple[int, Any, Sequence[Convert]], ...]


class Compiled(NamedTuple):
    """A statement, and what turns its answer into what Python has."""

    sql: str
    params: tuple[object, ...]
    converters: Converters
    direct: Direct
    left: Converters  # what is still to be done when it was asked directly

    def converted(self, rows: Rows, converters: Converters) -> Rows:
        """Return rows with the values as Python has them."""
        if not converters:
            return rows
        found = [list(row) for row in rows]
        for place, expression, steps in converters:
            for step in steps:
                for values in found:
                    values[place] = step(values[place], expression, connection)
        return found


def of_sql(sql: str) -> Compiled:
    """Return a statement that was written out, whose rows are as they come."""
    return Compiled(sql, (), (), Direct(sql), ())


def compiled(rows: QuerySet[Any], *, is_planned_once: bool) -> Compiled:
    """Put the statement of a query set together."""
    compiler: Any = rows.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    columns = [column for column, _, _ in compiler.select[: compiler.col_count]]
    converters = tuple(
        (at, column, steps) for at, (steps, column) in compiler.get_converters(columns).items()
    )
    left = tuple(each for each in converters if not isinstance(each[1].output_field, READ_DIRECTLY))
    direct = Direct(sql, is_planned_once=is_planned_once)
    return Compiled(sql, tuple(params), converters, direct, left)


def returned(rows: QuerySet[Any]) -> tuple[str, tuple[object, ...]]:
    """Return what is read of each row as SQL says it, with its parameters, by the names it has."""
    compiler: Any = rows.query.get_compiler(connection=connection)
    compiler.as_sql()
    name = connection.ops.quote_name
    columns = [(sql, alias) for _, (sql, _), alias in compiler.select]
    params = tuple(param for _, (_, given), _ in compiler.select for param in given)
    return ", ".join(f"{sql} AS {name(alias)}" if alias else sql for sql, alias in columns), params
