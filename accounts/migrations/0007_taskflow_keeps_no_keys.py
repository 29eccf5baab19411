"""This API reads its keys from the database: it declares no cache that rotations would wait for."""

from django.db import migrations


def declare_none(apps, schema_editor):
    own = apps.get_model("accounts", "Audience").objects.filter(name="taskflow")
    own.filter(jwks_cache_seconds=3600).update(jwks_cache_seconds=0)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_key_succession")]

    operations = [migrations.RunPython(declare_none, migrations.RunPython.noop)]
