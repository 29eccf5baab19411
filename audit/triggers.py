"""The database's own refusal to change history, for PostgreSQL and SQLite."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "audit_entry"

POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit entries are append-only' USING ERRCODE = 'insufficient_privilege';
END $$
"""

POSTGRESQL = MappingProxyType(
    {
        "audit_entry_keep": f"""
CREATE TRIGGER audit_entry_keep BEFORE UPDATE OR DELETE ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
        "audit_entry_keep_all": f"""
CREATE TRIGGER audit_entry_keep_all BEFORE TRUNCATE ON {TABLE}
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
    }
)

# REPLACE deletes without firing DELETE triggers, so inserting over an existing id is refused too.
SQLITE = MappingProxyType(
    {
        "audit_entry_no_update": f"""
CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON {TABLE}
BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END""",
        "audit_entry_no_delete": f"""
CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON {TABLE}
BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END""",
        "audit_entry_no_replace": f"""
CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON {TABLE}
WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END""",
    }
)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of the triggers that do not guard the table now."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND tgenabled = 'A'",
                [TABLE],
            )
        else:
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE]
            )
        found = {row[0] for row in cursor.fetchall()}
    return sorted(set(_wanted(connection)) - found)


def install(connection: BaseDatabaseWrapper) -> list[str]:
    """Put the missing triggers in place; returns their names."""
    names = missing(connection)
    if not names:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL_FUNCTION)
        for name in names:
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {TABLE}")
            cursor.execute(_wanted(connection)[name])
            if connection.vendor == "postgresql":
                # ALWAYS: they fire under session_replication_role = replica as well.
                cursor.execute(f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {name}")
    return names


def _wanted(connection: BaseDatabaseWrapper) -> Mapping[str, str]:
    return POSTGRESQL if connection.vendor == "postgresql" else SQLITE
