"""The rows that are there are compared with the rules, while others write."""

from django.db import migrations

from wire.rules import validated


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0007_rules_in_one'),
    ]

    operations = [validated('audit_entry', 'audit_entry_rules')]
