"""The database's own refusal to let a marker go, for PostgreSQL and SQLite.

No marker is deleted or replaced, none changes its name or falls back to an earlier generation, and
one that has ended changes in nothing.
"""

from collections.abc import Mapping
from types import MappingProxyType

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "migrations_ops_run"
SENTENCE = "the marker of a one-shot operation is kept as it is"
REWRITTEN = """OLD.status IN ('done', 'cancelled') OR NEW.generation < OLD.generation
 OR NEW.id <> OLD.id OR NEW.name <> OLD.name"""

POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION oneshot_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'insufficient_privilege';
END $$
"""

POSTGRESQL = MappingProxyType(
    {
        "oneshot_run_keep": f"""
CREATE TRIGGER oneshot_run_keep BEFORE DELETE ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION oneshot_refuse()""",
        "oneshot_run_keep_all": f"""
CREATE TRIGGER oneshot_run_keep_all BEFORE TRUNCATE ON {TABLE}
FOR EACH STATEMENT EXECUTE FUNCTION oneshot_refuse()""",
        "oneshot_run_keep_ended": f"""
CREATE TRIGGER oneshot_run_keep_ended BEFORE UPDATE ON {TABLE}
FOR EACH ROW WHEN ({REWRITTEN}) EXECUTE FUNCTION oneshot_refuse()""",
    }
)

# REPLACE deletes without firing DELETE triggers, so inserting over a marker is refused too.
SQLITE = MappingProxyType(
    {
        "oneshot_run_keep": f"""
CREATE TRIGGER oneshot_run_keep BEFORE DELETE ON {TABLE}
BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END""",
        "oneshot_run_keep_ended": f"""
CREATE TRIGGER oneshot_run_keep_ended BEFORE UPDATE ON {TABLE} WHEN {REWRITTEN}
BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END""",
        "oneshot_run_no_replace": f"""
CREATE TRIGGER oneshot_run_no_replace BEFORE INSERT ON {TABLE}
WHEN EXISTS (SELECT 1 FROM {TABLE}
  WHERE id = NEW.id OR name = NEW.name OR token_jti = NEW.token_jti)
BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END""",
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
    with connection.cursor() as cursor:
        if names and connection.vendor == "postgresql":
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
