"""The database's own refusal to change history or its seal, for PostgreSQL and SQLite."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "audit_entry"
# Each table whose rows stay as they are, and what makes a row that takes another's place.
GUARDED: Mapping[str, str] = MappingProxyType(
    {
        TABLE: "id = NEW.id",
        "audit_leaf": "position = NEW.position OR entry_id = NEW.entry_id",
        "audit_subtree": "id = NEW.id OR (level = NEW.level AND number = NEW.number)",
        "audit_checkpoint": "size = NEW.size OR previous = NEW.previous",
        "audit_archive": "start = NEW.start OR stop = NEW.stop",
    }
)

# An entry may go whose place is in a range that was archived: such a range is itself guarded, and
# `manage.py audit verify` asks for the manifest that the issuer signed of it.
ARCHIVED = """EXISTS (
    SELECT 1 FROM audit_leaf AS leaf
    JOIN audit_archive AS gone ON leaf.position >= gone.start AND leaf.position < gone.stop
    WHERE leaf.entry_id = OLD.id)"""

REFUSAL = "BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END"
FUNCTION_BODY = f"""
BEGIN
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = '{TABLE}' THEN
    IF {ARCHIVED} THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'audit entries are append-only' USING ERRCODE = 'insufficient_privilege';
END """
# Its own search path: nobody can put a table of the same name before ours.
FUNCTION = f"""
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql
SET search_path = {{schema}}, pg_temp AS $${FUNCTION_BODY}$$
"""
SEARCH_PATH = "'search_path=' || quote_ident(current_schema()) || ', pg_temp'"


class Trigger(NamedTuple):
    """A trigger as it has to be."""

    table: str
    name: str
    sql: str

    def speaks_of(self) -> set[str]:
        """Return the tables without which it would break every renaming on SQLite."""
        return {table for table in GUARDED if table in self.sql}


def wanted(vendor: str) -> Iterator[Trigger]:
    """Yield the triggers of all guarded tables."""
    for table, same in GUARDED.items():
        yield from _on_postgresql(table) if vendor == "postgresql" else _on_sqlite(table, same)


def _on_postgresql(table: str) -> Iterator[Trigger]:
    for name, event in (
        (f"{table}_keep", f"UPDATE OR DELETE ON {table} FOR EACH ROW"),
        (f"{table}_keep_all", f"TRUNCATE ON {table} FOR EACH STATEMENT"),
    ):
        sql = f"CREATE TRIGGER {name} BEFORE {event} EXECUTE FUNCTION audit_refuse()"
        yield Trigger(table, name, sql)


def _on_sqlite(table: str, same: str) -> Iterator[Trigger]:
    # REPLACE deletes without firing DELETE triggers, so inserting over what is there is refused.
    for name, event in (
        ("no_update", f"UPDATE ON {table}"),
        ("no_delete", f"DELETE ON {table}{f' WHEN NOT {ARCHIVED}' * (table == TABLE)}"),
        ("no_replace", f"INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"),
    ):
        sql = f"CREATE TRIGGER {table}_{name} BEFORE {event} {REFUSAL}"
        yield Trigger(table, f"{table}_{name}", sql)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of the triggers that do not guard their table now, or not as they should."""
    return sorted(trigger.name for trigger in _missing(connection))


def install(connection: BaseDatabaseWrapper) -> list[str]:
    """Put the missing triggers in place; returns their names."""
    lacking = _missing(connection)
    if not lacking:
        return []
    on_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if on_postgresql:
            cursor.execute("SELECT quote_ident(current_schema())")
            cursor.execute(FUNCTION.format(schema=cursor.fetchone()[0]))
        for table, name, sql in lacking:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{f' ON {table}' * on_postgresql}")
            cursor.execute(sql)
            if on_postgresql:
                # ALWAYS: they fire under session_replication_role = replica as well.
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
    return sorted(trigger.name for trigger in lacking)


def _missing(connection: BaseDatabaseWrapper) -> list[Trigger]:
    tables = set(connection.introspection.table_names())
    found = _found(connection)
    return [
        trigger
        for trigger in wanted(connection.vendor)
        # While migrations are under way, some tables are yet to come.
        if trigger not in found and trigger.speaks_of() <= tables
    ]


def _found(connection: BaseDatabaseWrapper) -> set[Trigger]:
    """Return the triggers that are what they should be, not only called so."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
            return {Trigger(*row) for row in cursor.fetchall()}
        cursor.execute(
            "SELECT tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE tgenabled = 'A' AND proname = 'audit_refuse' AND prosrc = %s"
            f" AND proconfig = ARRAY[{SEARCH_PATH}]"
            " AND tgrelid IN (SELECT to_regclass(name) FROM unnest(%s::text[]) AS name)",
            [FUNCTION_BODY, list(GUARDED)],
        )
        names = {row[0] for row in cursor.fetchall()}
    return {trigger for trigger in wanted("postgresql") if trigger.name in names}
