"""Rows by the million, made by PostgreSQL itself: tasks with their history and their events.

The shape is that of a board that has been in use: most is done, what is newest is open, and a few
of each hundred or thousand stand elsewhere. It is the same at every size.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from benchmarks.place import Place

AT_ONCE = 250_000

# From 0 to 79 of a hundred, oldest first, are done; a tenth of a percent of all are blocked.
TASKS = """
INSERT INTO tasks_task (title, description, status, priority, progress_percent, assigned_to,
  project_slug, due_date, tags, blocked_reason, blocked_from, created_by, created_at, updated_at,
  started_at, completed_at, version, fence, lease_seconds, lease_expires_at, cancel_requested,
  held_by, held_by_type, worked_by_type)
SELECT 'Paint fence ' || n, repeat('What is to be done, as people write it. ', 4), place, n % 4,
  CASE place WHEN 'completed' THEN 100 ELSE 0 END, who, 'project-' || n % 50,
  CASE WHEN n % 3 > 0 THEN born + (n % 60) * interval '1 day' END,
  jsonb_build_array('tag-' || n % 300, 'kind-' || n % 7),
  CASE place WHEN 'blocked' THEN 'It rains.' END, CASE place WHEN 'blocked' THEN 'pending' END,
  '@person' || n % 400, born, born,
  CASE WHEN place IN ('in_progress', 'completed') THEN born END,
  CASE place WHEN 'completed' THEN born END, 1, 1,
  CASE place WHEN 'in_progress' THEN 900 END,
  CASE place WHEN 'in_progress' THEN now() + interval '1 day' + n * interval '1 ms' END, false,
  who, CASE WHEN who IS NULL THEN '' ELSE 'agent' END, ''
FROM (SELECT n, born, place,
    CASE WHEN place IN ('completed', 'in_progress') THEN
      CASE n % 500 WHEN 7 THEN '@bench' ELSE '@agent' || n % 400 END END AS who
  FROM (SELECT n, timestamptz '2026-06-01' - ({total} - n) * interval '10 s' AS born,
      CASE WHEN n % 1000 = 1 THEN 'blocked' WHEN n <= {total} * 0.7 THEN 'completed'
           WHEN n <= {total} * 0.8 THEN 'cancelled' WHEN n <= {total} * 0.85 THEN 'in_progress'
           ELSE 'pending' END AS place
    FROM generate_series({first}, {last}) n) placed) told
"""
CHILDREN = """
UPDATE tasks_task c SET parent_id = c.id - 1 WHERE c.id BETWEEN {first} AND {last} AND c.id % 50 = 3
"""
DEPENDENCIES = """
INSERT INTO tasks_dependency (task_id, depends_on_id)
SELECT n, n - 2 FROM generate_series({first} + 2, {last}) n WHERE n % 10 = 4
"""

# The words of the canonical JSON stand here once more, as PostgreSQL has to hash them:
# `manage.py audit verify` tells whether they are those of audit.ledger.
ENTRIES = r"""
INSERT INTO audit_entry (occurred_at, action, outcome, actor_id, actor_type, on_behalf_of,
  auth_method, client_id, target_type, target_id, task_id, project_slug, changes, context,
  request_id, user_agent, release, leaf_hash, ip)
SELECT at, 'task.created', 'success', actor, 'agent', '', 'own', '', 'task', task::text, task,
  project, format('{{"title":[null,"Paint fence %s"]}}', task)::jsonb, '{{}}', 'fill-' || n, '', '',
  encode(sha256('\x00'::bytea || convert_to(format('{{"action":"task.created","actor_id":"%s",'
    || '"actor_type":"agent","auth_method":"own","changes":{{"title":[null,"Paint fence %s"]}},'
    || '"client_id":"","context":{{}},"ip":null,"occurred_at":"%s","on_behalf_of":"",'
    || '"outcome":"success","project_slug":"%s","release":"","request_id":"fill-%s",'
    || '"target_id":"%s","target_type":"task","task_id":%s,"user_agent":""}}', actor, task,
    to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), project, n, task, task),
    'UTF8')), 'hex'), NULL
FROM (SELECT n, (n - 1) % {tasks} + 1 AS task, '@person' || n % 400 AS actor,
    'project-' || ((n - 1) % {tasks} + 1) % 50 AS project,
    timestamptz '{end}' - ({total} - n) * ({span} / {total}) AS at
  FROM generate_series({first}, {last}) n) told
"""
# Horizons that ended long ago; whoever follows reads on by (horizon, id).
EVENTS = """
INSERT INTO outbox_event (horizon, type, occurred_at, task_id, project_slug, actor_id, actor_type,
  request_id, data)
SELECT n / {horizon}, 'task.created', timestamptz '{end}' - ({total} - n) * ({span} / {total}), n,
  'project-' || n % 50, '@person' || n % 400, 'human', 'fill-' || n,
  jsonb_build_object('id', n, 'title', 'Paint fence ' || n, 'status', 'pending', 'priority', 'high',
    'description', repeat('What is to be done, as people write it. ', 4), 'assigned_to', null,
    'project_slug', 'project-' || n % 50, 'parent_id', null, 'depends_on', '[]'::jsonb,
    'tags', jsonb_build_array('tag-' || n % 300, 'kind-' || n % 7))
FROM generate_series({first}, {last}) n
"""
BOARD = (TASKS, CHILDREN, DEPENDENCIES, ENTRIES, EVENTS)


class Filling(NamedTuple):
    """How many rows, of how many tasks, over which time until when."""

    total: int
    tasks: int
    span: str = "interval '200 days'"
    end: str = "2026-06-01"

    def statements(self, *templates: str) -> Iterator[str]:
        """Yield the statements that make the rows, none of which makes too many."""
        for template in templates:
            for first in range(1, self.total + 1, AT_ONCE):
                last = min(first + AT_ONCE - 1, self.total)
                yield template.format(
                    first=first, last=last, horizon=max(self.total // 100, 1), **self._asdict()
                )


def fill(execute: Callable[[str], object], filling: Filling, *templates: str) -> None:
    """Make the rows, and let the planner know of them."""
    for statement in filling.statements(*templates):
        execute(statement)
    execute("VACUUM ANALYZE")


def grown(place: Place, total: int, say: Callable[[str], None], tables: Sequence[str]) -> None:
    """Copy the rows of tables until there are so many in each."""
    for table in tables:
        names = _columns(place, table)
        while (count := _count(place, table)) < total:
            more = min(count, total - count)
            say(f"  {table}: {count} rows and {more} more")
            place.execute(
                f"INSERT INTO {table} ({names})"
                f" SELECT {names} FROM {table} ORDER BY id LIMIT {more}"
            )
    place.execute("VACUUM ANALYZE")


def _columns(place: Place, table: str) -> str:
    rows = place.execute(
        f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'"
        " AND table_schema = 'public' AND column_name <> 'id' AND column_default IS NULL"
        " AND is_identity = 'NO'"
    )
    return ", ".join(f'"{row[0]}"' for row in rows)


def _count(place: Place, table: str) -> int:
    return int(str(place.execute(f"SELECT count(*) FROM {table}")[0][0]))
