"""What claiming remembers, and the indexes behind it and behind every ordering of the list."""

from django.db import migrations, models


def create(apps, schema_editor):
    """SQLite sorts what is empty last by itself when it descends, and knows no word for it."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE INDEX tasks_by_due_date_desc ON tasks_task (due_date DESC NULLS LAST, id DESC)"
        )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX tasks_by_due_date_desc")


class Migration(migrations.Migration):

    dependencies = [
        ('tasks', '0004_projects'),
    ]

    operations = [
        migrations.AddField(
            model_name='formerholder',
            name='overtaken_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(models.F('created_at'), models.F('id'), name='tasks_by_created_at'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(models.F('title'), models.F('id'), name='tasks_by_title'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(models.F('lease_expires_at'), condition=models.Q(('lease_expires_at__isnull', False)), name='tasks_by_lease'),
        ),
        migrations.RunPython(create, drop),
    ]
