"""Counters of throttles; not worth a wait for the disk, nor a place on a replica."""

from django.db import migrations, models


def count_without_a_log(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE accounts_throttlewindow SET UNLOGGED")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_clients_and_audiences")]

    operations = [
        migrations.CreateModel(
            name="ThrottleWindow",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("used", models.PositiveBigIntegerField()),
                ("ends", models.PositiveBigIntegerField(help_text="seconds since 1970")),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["ends"], name="accounts_throttle_ends")],
            },
        ),
        migrations.RunPython(count_without_a_log, migrations.RunPython.noop),
    ]
