"""Entries of a sealed range may leave, once a signed file holds them."""

from django.db import migrations, models

from audit import triggers


def guard(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0004_actions_of_events'),
    ]

    operations = [
        migrations.CreateModel(
            name='Archive',
            fields=[
                ('start', models.BigIntegerField(primary_key=True, serialize=False)),
                ('stop', models.BigIntegerField(unique=True)),
                ('time', models.DateTimeField()),
                ('statement', models.TextField()),
            ],
            options={
                'ordering': ['start'],
                'default_permissions': ('view',),
                'constraints': [models.CheckConstraint(condition=models.Q(('start__gte', 0), ('stop__gt', models.F('start'))), name='audit_archive_holds_something')],
            },
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
