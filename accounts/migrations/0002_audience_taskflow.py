"""The audience of this API exists from the start."""

from django.db import migrations


def register(apps, schema_editor):
    apps.get_model("accounts", "Audience").objects.get_or_create(
        name="taskflow", defaults={"payload_versions": [1], "algorithm": "RS256"}
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(register, migrations.RunPython.noop)]
