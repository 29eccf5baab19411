"""A board of many tasks at once, as PostgreSQL makes it, with numbers that the planner knows."""

from django.db import connection

from tests.history import changeable_history

TASKS = """
INSERT INTO tasks_task (title, description, status, priority, progress_percent, assigned_to,
  project_slug, due_date, tags, created_by, created_at, updated_at, version, fence,
  cancel_requested, held_by, held_by_type, worked_by_type, lease_seconds, lease_expires_at,
  completed_at)
SELECT 'Paint fence ' || n, 'It needs it.', place, n %% 4, CASE place WHEN 'completed' THEN 100
  ELSE 0 END, who, 'project-' || n %% 40, CASE n %% 3 WHEN 0 THEN hour END,
  jsonb_build_array('tag-' || n %% 30, 'kind-' || n %% 7), '@person' || n %% 60, hour, hour, 1, 1,
  false, who, CASE WHEN who IS NULL THEN '' ELSE 'agent' END, '',
  CASE place WHEN 'in_progress' THEN 900 END,
  CASE place WHEN 'in_progress' THEN now() + interval '1 day' + n * interval '1 second' END,
  CASE place WHEN 'completed' THEN hour END
FROM (SELECT n, timestamptz '2026-01-01' + n * interval '1 hour' AS hour, place,
    CASE WHEN place <> 'pending' OR n %% 20 = 0 THEN '@agent' || n %% 80 END AS who
  FROM (SELECT n, (ARRAY['completed','completed','completed','pending','pending','cancelled',
      'completed','in_progress','completed','pending'])[1 + n %% 10] AS place
    FROM generate_series(1, %s) n) placed) told
"""
CHILDREN = """UPDATE tasks_task c SET parent_id = p.id FROM tasks_task p
WHERE p.id = c.id - 1 AND c.id % 10 = 3"""
DEPENDENCIES = """INSERT INTO tasks_dependency (task_id, depends_on_id)
SELECT t.id, n.id FROM tasks_task t JOIN tasks_task n ON n.id = t.id - 2
WHERE t.id % 10 IN (3, 4)"""
FORMER_HOLDERS = """INSERT INTO tasks_formerholder (task_id, principal, overtaken_at)
SELECT id, '@agent' || id % 80, created_at FROM tasks_task WHERE id % 10 = 7"""
HISTORY = """INSERT INTO audit_entry (occurred_at, action, outcome, actor_id, actor_type,
  on_behalf_of, auth_method, client_id, target_type, target_id, task_id, changes, context,
  request_id, user_agent, release, leaf_hash)
SELECT created_at, 'task.created', 'success', created_by, 'human', '', '', '', 'task', id::text,
  id, '{}', '{}', 'request-' || id, '', '', '' FROM tasks_task"""
BESIDES = (CHILDREN, DEPENDENCIES, FORMER_HOLDERS, HISTORY)
TABLES = (
    *("tasks_dependency", "tasks_formerholder", "tasks_tagged", "tasks_task"),
    "audit_entry",
)
STATISTICS = [f"ANALYZE {table}" for table in TABLES]
EMPTIED = [f"DELETE FROM {table}" for table in TABLES]


def store_many(how_many: int) -> None:
    """Store so many tasks of all kinds."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(TASKS, [how_many])
        for statement in (*BESIDES, *STATISTICS):
            cursor.execute(statement)
        cursor.execute("RESET statement_timeout")


def remove_all() -> None:
    """Leave no task and no history behind."""
    with changeable_history(), connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for statement in (*EMPTIED, *STATISTICS):
            cursor.execute(statement)
        cursor.execute("RESET statement_timeout")
