"""The database's own refusal to change history or its seal, for PostgreSQL and SQLite."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from audit.guards import Guard, Trigger

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
# By the trigger's name, which is the same on each part of a table in parts; the table's is not.
FUNCTION_BODY = f"""
BEGIN
  IF TG_OP = 'DELETE' AND TG_NAME = '{TABLE}_keep' THEN
    IF {ARCHIVED} THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'audit entries are append-only' USING ERRCODE = 'insufficient_privilege';
END """


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


GUARD = Guard("audit_refuse", FUNCTION_BODY, GUARDED.keys(), wanted)
missing, install = GUARD.missing, GUARD.install
