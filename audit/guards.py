"""How does the database itself refuse? Triggers that are what they should be, on both engines."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

# Its own search path: nobody can put a table of the same name before ours.
FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $${body}$$
"""
SEARCH_PATH = "'search_path=' || quote_ident(current_schema()) || ', pg_temp'"
# Which triggers guard their table, and every part of it where it is in parts.
FOUND = f"""
WITH guarded AS (SELECT to_regclass(name) AS whole FROM unnest(%s::text[]) AS name),
tables AS (SELECT whole, whole AS part FROM guarded UNION ALL
  SELECT inhparent, inhrelid FROM pg_inherits WHERE inhparent IN (SELECT whole FROM guarded))
SELECT tgname FROM tables
JOIN pg_trigger ON tgrelid = part
JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE tgenabled = 'A' AND proname = %s AND prosrc = %s AND proconfig = ARRAY[{SEARCH_PATH}]
GROUP BY whole, tgname
HAVING count(*) = (SELECT count(*) FROM tables AS every WHERE every.whole = tables.whole)
"""


class Trigger(NamedTuple):
    """A trigger as it has to be."""

    table: str
    name: str
    sql: str


@dataclass(frozen=True)
class Guard:
    """Triggers on some tables. On PostgreSQL they run a function of their own, which refuses."""

    function: str
    body: str
    tables: Collection[str]
    wanted: Callable[[str], Iterator[Trigger]]

    def missing(self, connection: BaseDatabaseWrapper) -> list[str]:
        """Return the names of the triggers that do not guard their table, or not as they should."""
        return sorted(trigger.name for trigger in self._missing(connection))

    def install(self, connection: BaseDatabaseWrapper) -> list[str]:
        """Put the missing triggers in place; returns their names."""
        lacking = self._missing(connection)
        if not lacking:
            return []
        on_postgresql = connection.vendor == "postgresql"
        with connection.cursor() as cursor:
            if on_postgresql:
                cursor.execute("SELECT quote_ident(current_schema())")
                schema = cursor.fetchone()[0]
                made = FUNCTION.format(name=self.function, schema=schema, body=self.body)
                cursor.execute(made)
            for table, name, sql in lacking:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{f' ON {table}' * on_postgresql}")
                cursor.execute(sql)
                if on_postgresql:
                    # ALWAYS: they fire under session_replication_role = replica as well.
                    cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
                    _install_on_parts(cursor, table, name, sql)
        return sorted(trigger.name for trigger in lacking)

    def _missing(self, connection: BaseDatabaseWrapper) -> list[Trigger]:
        tables = set(connection.introspection.table_names())
        found = self._found(connection)
        return [
            trigger
            for trigger in self.wanted(connection.vendor)
            # While migrations are under way, some tables are yet to come.
            if trigger not in found and self._speaks_of(trigger) <= tables
        ]

    def _speaks_of(self, trigger: Trigger) -> set[str]:
        """Return the tables without which it would break every renaming on SQLite."""
        return {table for table in self.tables if table in trigger.sql}

    def _found(self, connection: BaseDatabaseWrapper) -> set[Trigger]:
        """Return the triggers that are what they should be, not only called so."""
        with connection.cursor() as cursor:
            if connection.vendor != "postgresql":
                cursor.execute(
                    "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'"
                )
                return {Trigger(*row) for row in cursor.fetchall()}
            cursor.execute(FOUND, [list(self.tables), self.function, self.body])
            names = {row[0] for row in cursor.fetchall()}
        return {trigger for trigger in self.wanted("postgresql") if trigger.name in names}


def _install_on_parts(cursor: Any, table: str, name: str, sql: str) -> None:
    """Guard the parts of a table from TRUNCATE, which the table's trigger does not do for them."""
    if "FOR EACH ROW" in sql:
        return
    cursor.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [table]
    )
    for [part] in cursor.fetchall():
        cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {part}")
        cursor.execute(sql.replace(f" ON {table} ", f" ON {part} "))
        cursor.execute(f"ALTER TABLE {part} ENABLE ALWAYS TRIGGER {name}")
