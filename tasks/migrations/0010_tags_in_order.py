"""Each tag's tasks, in the order of their ids: kept by the database itself (docs/adr/0032)."""

from django.db import migrations

MADE = """
CREATE TABLE tasks_tagged (tag text, task_id bigint, PRIMARY KEY (tag, task_id));

CREATE FUNCTION tasks_tagged_follows() RETURNS trigger LANGUAGE plpgsql AS $follows$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    TRUNCATE tasks_tagged;
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM tasks_tagged g USING jsonb_array_elements_text(OLD.tags) was(tag)
    WHERE (g.tag, g.task_id) = (was.tag, OLD.id);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO tasks_tagged (tag, task_id)
    SELECT has.tag, NEW.id FROM jsonb_array_elements_text(NEW.tags) has(tag)
    ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $follows$;

CREATE TRIGGER tasks_tagged_inserted AFTER INSERT ON tasks_task
FOR EACH ROW WHEN (NEW.tags <> '[]') EXECUTE FUNCTION tasks_tagged_follows();
CREATE TRIGGER tasks_tagged_updated AFTER UPDATE OF id, tags ON tasks_task
FOR EACH ROW WHEN ((OLD.id, OLD.tags) <> (NEW.id, NEW.tags)) EXECUTE FUNCTION tasks_tagged_follows();
CREATE TRIGGER tasks_tagged_deleted AFTER DELETE ON tasks_task
FOR EACH ROW WHEN (OLD.tags <> '[]') EXECUTE FUNCTION tasks_tagged_follows();
CREATE TRIGGER tasks_tagged_emptied AFTER TRUNCATE ON tasks_task
FOR EACH STATEMENT EXECUTE FUNCTION tasks_tagged_follows();
"""
UNMADE = """
DROP TRIGGER tasks_tagged_inserted ON tasks_task;
DROP TRIGGER tasks_tagged_updated ON tasks_task;
DROP TRIGGER tasks_tagged_deleted ON tasks_task;
DROP TRIGGER tasks_tagged_emptied ON tasks_task;
DROP FUNCTION tasks_tagged_follows();
DROP TABLE tasks_tagged;
"""


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(MADE, params=None)


def unmake(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(UNMADE, params=None)


class Migration(migrations.Migration):
    dependencies = [("tasks", "0009_of_what_is_there")]

    operations = [migrations.RunPython(make, unmake)]
