"""What can happen to a table of entries that grows for ever? It goes on in a new part.

A part is a range of ids, cut when somebody says so: once a month, say. Nothing is copied; what is
cut off keeps its rows, its indexes and its guard. PostgreSQL alone, from 17 on, can do so. Why not
by `occurred_at`: docs/scaling.md.
"""

from typing import Any, NamedTuple

from django.db import connection

from audit import triggers
from audit.recording import whole
from audit.triggers import TABLE

SINCE = 170_000  # the version whose tables in parts may number their rows
# Ids that may be given out while a cut is prepared; an entry beyond them would be refused.
MARGIN = 100_000
WITHIN = "audit_entry_within"  # the constraint that says so meanwhile

PARTS = f"""
SELECT relname, substring(bounds, $$FROM \\('?(\\d+)$$)::bigint AS first,
  substring(bounds, $$TO \\('?(\\d+)$$)::bigint AS stop
FROM (SELECT relname, pg_get_expr(relpartbound, oid) AS bounds FROM pg_class
  WHERE oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = '{TABLE}'::regclass)) AS parts
ORDER BY first NULLS FIRST
"""
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisprimary
FROM pg_index WHERE indrelid = %s::regclass
"""
GRANTS = f"""
SELECT format('GRANT %%s ON {TABLE} TO %%s', privilege_type,
  CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
FROM pg_class, aclexplode(relacl) WHERE oid = %s::regclass
UNION ALL SELECT format('ALTER TABLE {TABLE} OWNER TO %%I', pg_get_userbyid(relowner))
FROM pg_class WHERE oid = %s::regclass
"""


class Part(NamedTuple):
    """A part of the table: ids from `start` on and below `stop`; None where it has no such end."""

    name: str
    start: int | None
    stop: int | None

    def next_name(self) -> str:
        """Return what the part after it is called."""
        return f"{TABLE}_{int(self.name.rpartition('_')[2]) + 1}"


def parts() -> list[Part]:
    """Return the parts, oldest first; none while the table is one."""
    return [Part(*row) for row in _rows(PARTS)]


def cut(margin: int = MARGIN) -> Part:
    """Have entries that come from soon on go into a new part; returns the one that is closed.

    Writers wait for some milliseconds, which may come to nothing by the lock timeout. What takes
    time, a look at each id of the part, comes before and holds nobody up.
    """
    known = parts()
    open_part = known[-1] if known else None
    closed = open_part or Part(f"{TABLE}_1", None, None)
    [[newest]] = _rows(f"SELECT coalesce(max(id), 0) FROM {TABLE}")
    stop = max(newest, closed.start or 0) + margin
    closed = closed._replace(stop=stop)
    table = open_part.name if open_part else TABLE
    _bound(table, closed)
    with whole():
        _say(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")
        if open_part:
            _say(f"ALTER TABLE {TABLE} DETACH PARTITION {table}")
        else:
            _make_of_parts(closed.name)
        _say(f"ALTER TABLE {TABLE} ATTACH PARTITION {closed.name} {_range(closed)}")
        _say(f"ALTER TABLE {closed.name} DROP CONSTRAINT {WITHIN}")
        following = Part(closed.next_name(), stop, None)
        _say(f"CREATE TABLE {following.name} PARTITION OF {TABLE} {_range(following)}")
        triggers.install(connection)
    return closed


def drop_emptied() -> list[Part]:
    """Drop closed parts whose entries have all been archived; returns them. Their space is free."""
    return [part for part in parts()[:-1] if _dropped(part)]


def _dropped(part: Part) -> bool:
    with whole():
        # Who waits for the lock has no id yet: an INSERT takes its id after it.
        _say(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")
        [[newest, is_empty]] = _rows(
            f"SELECT max(id), NOT EXISTS (SELECT 1 FROM {part.name}) FROM {TABLE}"
        )
        if not is_empty or newest is None or newest < part.stop:
            return False
        _say(f"ALTER TABLE {TABLE} DETACH PARTITION {part.name}")
        _say(f"DROP TABLE {part.name}")
        return True


def _bound(table: str, part: Part) -> None:
    """Have the database know that all ids are of the part, so that attaching it reads none."""
    low = "" if part.start is None else f"id >= {part.start} AND "
    _say(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {WITHIN}")
    _say(f"ALTER TABLE {table} ADD CONSTRAINT {WITHIN} CHECK ({low}id < {part.stop}) NOT VALID")
    _say("SET statement_timeout = 0")
    try:
        _say(f"ALTER TABLE {table} VALIDATE CONSTRAINT {WITHIN}")
    finally:
        _say("RESET statement_timeout")


def _make_of_parts(name: str) -> None:
    """Put a table of the same name, columns, rules and rights in the place of the one there is."""
    indexes = _rows(INDEXES, [TABLE])
    rights = _rows(GRANTS, [TABLE, TABLE])
    [[following]] = _rows("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [TABLE])
    for trigger in triggers.wanted(connection.vendor):
        if trigger.table == TABLE:
            _say(f"DROP TRIGGER IF EXISTS {trigger.name} ON {TABLE}")
    for index, _, _ in indexes:
        _say(f"ALTER INDEX {index} RENAME TO {index}_1")
    _say(f"ALTER TABLE {TABLE} ALTER id DROP IDENTITY")
    _say(f"ALTER TABLE {TABLE} RENAME TO {name}")
    _say(
        f"CREATE TABLE {TABLE} (LIKE {name} INCLUDING DEFAULTS INCLUDING CONSTRAINTS"
        " INCLUDING STORAGE) PARTITION BY RANGE (id)"
    )
    _say(f"ALTER TABLE {TABLE} DROP CONSTRAINT {WITHIN}")
    _say(f"ALTER TABLE {TABLE} ADD PRIMARY KEY (id)")
    _say(f"ALTER TABLE {TABLE} ALTER id ADD GENERATED BY DEFAULT AS IDENTITY (START {following})")
    for sql in [definition for _, definition, is_primary in indexes if not is_primary]:
        _say(sql)
    for [sql] in rights:
        _say(sql)


def _range(part: Part) -> str:
    start = "MINVALUE" if part.start is None else part.start
    stop = "MAXVALUE" if part.stop is None else part.stop
    return f"FOR VALUES FROM ({start}) TO ({stop})"


def _say(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _rows(sql: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
