"""From where on may there be entries that nobody has sealed? Asked of the writing transactions.

Ids do not tell: a transaction that took a lower one may commit later. On SQLite they do, where one
writes at a time.
"""

from typing import Any, NamedTuple

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, Func
from django.db.models.sql.compiler import SQLCompiler


class WritingTransaction(Func):
    """The number of the transaction that inserts, where the database has one; else 0."""

    template = "0"
    arity = 0
    output_field = BigIntegerField()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        """Return it as the 64-bit number that never comes again."""
        return self.as_sql(
            compiler, connection, template="pg_current_xact_id()::text::bigint", **context
        )


class Numbers(NamedTuple):
    """How far transactions have come: all below `open` have ended, none has `unused` or above."""

    open: int
    unused: int


def numbers() -> Numbers:
    """Ask PostgreSQL how far transactions have come."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(now)::text::bigint, pg_snapshot_xmax(now)::text::bigint"
            " FROM pg_current_snapshot() AS now"
        )
        return Numbers(*cursor.fetchone())
