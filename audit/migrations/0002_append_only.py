"""From here on the database refuses to change history."""

from django.db import migrations

from audit import triggers


def guard(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
