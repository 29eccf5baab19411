"""From here on the database refuses to let a marker go."""

from django.db import migrations

from migrations_ops import triggers


def guard(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("migrations_ops", "0002_runs_in_batches")]

    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
