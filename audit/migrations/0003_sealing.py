"""Entries get their places in a tree that the issuer signs; what is placed and signed stays so."""

from django.db import migrations, models

import audit.order
from audit import triggers


def guard(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('size', models.BigIntegerField(primary_key=True, serialize=False)),
                ('root', models.CharField(max_length=64)),
                ('previous', models.CharField(max_length=64, unique=True)),
                ('time', models.DateTimeField()),
                ('kid', models.CharField(max_length=43)),
                ('statement', models.TextField()),
                ('floor', models.BigIntegerField()),
            ],
            options={
                'ordering': ['-size'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='Leaf',
            fields=[
                ('position', models.BigIntegerField(primary_key=True, serialize=False)),
                ('entry_id', models.BigIntegerField(unique=True)),
                ('xact', models.BigIntegerField()),
                ('hash', models.BinaryField(max_length=32)),
            ],
            options={
                'verbose_name_plural': 'leaves',
                'ordering': ['position'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Subtree',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField()),
                ('number', models.BigIntegerField()),
                ('hash', models.BinaryField(max_length=32)),
            ],
            options={
                'ordering': ['level', 'number'],
                'default_permissions': (),
            },
        ),
        migrations.AddField(
            model_name='entry',
            name='xact',
            field=models.BigIntegerField(db_default=audit.order.WritingTransaction(), editable=False),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('xact__gt', 0)), fields=['xact', 'id'], name='audit_to_seal'),
        ),
        migrations.AddConstraint(
            model_name='checkpoint',
            constraint=models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='audit_checkpoint_seals_something'),
        ),
        migrations.AddConstraint(
            model_name='leaf',
            constraint=models.CheckConstraint(condition=models.Q(('position__gte', 0)), name='audit_leaf_has_place'),
        ),
        migrations.AddConstraint(
            model_name='subtree',
            constraint=models.UniqueConstraint(fields=('level', 'number'), name='audit_subtree_is_one'),
        ),
        # Also puts back what the rebuild of the entries' table on SQLite has dropped.
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
