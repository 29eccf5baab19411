"""How is a row changed that the database chooses, with what is noted of it? In one statement.

To choose a row, lock it, change it and store what goes with it takes a transaction, unless what
is noted can be written before it is known of which row. What differs from one row to another is
then said in SQL, of the row that was changed (docs/adr/0025). For PostgreSQL.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, TypeAlias

from django.db.models import BigIntegerField, Func, Model, QuerySet

from wire.compiled import Compiled, compiled, returned
from wire.direct import Direct, Rows
from wire.prepared import asked, filled
from wire.statements import Change, OfRow, table_of

SHAPES_KEPT = 8
Places: TypeAlias = tuple[tuple[type[Model], str], ...]


class NothingFits(Exception):
    """There is no such row, or others are changing all there are."""


class ChosenKey(Func):
    """The key of the row that was chosen, for the condition of the change."""

    template = "(SELECT * FROM chosen)"
    arity = 0
    output_field = BigIntegerField()


class Choice:
    """A row that is looked for among those that nobody else is changing, and is changed.

    `rows` yields the key of the first that fits; `change` says what is set, to the row of
    ChosenKey; `answer` is what is read of it after that. Each has slots where a value will stand.
    """

    def __init__(
        self,
        rows: Callable[[], QuerySet[Any]],
        change: Change,
        answer: Callable[[], QuerySet[Any]],
    ) -> None:
        self._rows, self._change, self._answer = rows, change, answer
        self.beside = lru_cache(maxsize=SHAPES_KEPT)(self._put_together)

    def of(self, **values: object) -> "Chosen":
        """Return how to change the one that fits the values of the slots."""
        return Chosen(self, values)

    @cached_property
    def _parts(self) -> tuple[Compiled, Compiled]:
        rows, answer = self._rows(), self._answer()
        return compiled(rows, is_planned_once=True), compiled(answer, is_planned_once=True)

    def _put_together(self, places: Places) -> Compiled:
        """Return the statement that also stores so many rows, of such values."""
        chosen, answer = self._parts
        change, set_to = self._change.compiled
        columns, told = returned(self._answer())
        stored = [
            f"stored_{number} AS ({table_of(kind).insert} SELECT {values} FROM changed)"
            for number, (kind, values) in enumerate(places)
        ]
        first = f"chosen AS ({chosen.sql} FOR NO KEY UPDATE SKIP LOCKED)"
        then = f"changed AS ({change} RETURNING {columns}, TRUE)"
        parts = ", ".join([first, then, *stored])
        sql = f"WITH {parts} SELECT changed.* FROM chosen LEFT JOIN changed ON TRUE"
        params = (*chosen.params, *set_to, *told)
        return answer._replace(sql=sql, params=params, direct=Direct(sql))


class Chosen(NamedTuple):
    """The same with its values."""

    choice: Choice
    values: Mapping[str, object]

    def make_with(self, rows: Sequence[Model]) -> Rows:
        """Change one and store new rows, where the change fits; returns what is read of it.

        Raises NothingFits when there was none to choose.
        """
        stored = [(type(row), table_of(type(row)).stored(row)) for row in rows]
        places = tuple((kind, ", ".join(map(_place, values))) for kind, values in stored)
        statement = self.choice.beside(places)
        params = filled(statement.params, self.values)
        for _, values in stored:
            for value in values:
                params.extend(value.params if type(value) is OfRow else (value,))
        found = asked(statement, params)
        if not found:
            raise NothingFits
        return [row[:-1] for row in found if row[-1]]


def _place(value: object) -> str:
    return value.sql if type(value) is OfRow else "%s"
