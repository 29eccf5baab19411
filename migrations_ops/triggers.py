"""The database's own refusal to let a marker go, for PostgreSQL and SQLite.

No marker is deleted or replaced, none changes its name or falls back to an earlier generation, and
one that has ended changes in nothing.
"""

from collections.abc import Iterator

from audit.guards import Guard, Trigger

TABLE = "migrations_ops_run"
SENTENCE = "the marker of a one-shot operation is kept as it is"
REWRITTEN = """OLD.status IN ('done', 'cancelled') OR NEW.generation < OLD.generation
 OR NEW.id <> OLD.id OR NEW.name <> OLD.name"""

FUNCTION_BODY = f"""
BEGIN
  RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'insufficient_privilege';
END """
ON_POSTGRESQL = {
    "oneshot_run_keep": f"DELETE ON {TABLE} FOR EACH ROW",
    "oneshot_run_keep_all": f"TRUNCATE ON {TABLE} FOR EACH STATEMENT",
    "oneshot_run_keep_ended": f"UPDATE ON {TABLE} FOR EACH ROW WHEN ({REWRITTEN})",
}
# REPLACE deletes without firing DELETE triggers, so inserting over a marker is refused too.
ON_SQLITE = {
    "oneshot_run_keep": f"DELETE ON {TABLE}",
    "oneshot_run_keep_ended": f"UPDATE ON {TABLE} WHEN {REWRITTEN}",
    "oneshot_run_no_replace": f"""INSERT ON {TABLE} WHEN EXISTS (SELECT 1 FROM {TABLE}
  WHERE id = NEW.id OR name = NEW.name OR token_jti = NEW.token_jti)""",
}


def wanted(vendor: str) -> Iterator[Trigger]:
    """Yield the triggers of the markers' table."""
    on_postgresql = vendor == "postgresql"
    refuse = (
        "EXECUTE FUNCTION oneshot_refuse()"
        if on_postgresql
        else f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    )
    for name, event in (ON_POSTGRESQL if on_postgresql else ON_SQLITE).items():
        yield Trigger(TABLE, name, f"CREATE TRIGGER {name} BEFORE {event} {refuse}")


GUARD = Guard("oneshot_refuse", FUNCTION_BODY, (TABLE,), wanted)
missing, install = GUARD.missing, GUARD.install
