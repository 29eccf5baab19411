"""The tags of tasks that were there before, a portion at a time; nobody needs their index then."""

from django.db import migrations

# No two portions in one transaction: each keeps its tasks from being changed until it ends.
AT_ONCE = 10_000
FILLED = """
INSERT INTO tasks_tagged (tag, task_id)
SELECT tag, id
FROM (SELECT id, tags FROM tasks_task WHERE id > %s AND id <= %s FOR SHARE) portion,
  jsonb_array_elements_text(tags) tag
ON CONFLICT DO NOTHING
"""


def fill(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT COALESCE(max(id), 0) FROM tasks_task")
            [last] = cursor.fetchone()
            for place in range(0, last, AT_ONCE):
                cursor.execute(FILLED, [place, place + AT_ONCE])


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX CONCURRENTLY IF EXISTS tasks_by_tag", params=None)


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX CONCURRENTLY IF EXISTS tasks_by_tag", params=None)
        schema_editor.execute(
            "CREATE INDEX CONCURRENTLY tasks_by_tag ON tasks_task USING gin (tags jsonb_path_ops)",
            params=None,
        )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("tasks", "0010_tags_in_order")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(drop, create),
    ]
