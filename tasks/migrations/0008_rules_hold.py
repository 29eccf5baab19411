"""The rows that are there are compared with the rules, while others write."""

from django.db import migrations

from wire.rules import validated


class Migration(migrations.Migration):

    dependencies = [
        ('tasks', '0007_rules_in_one'),
    ]

    operations = [validated('tasks_task', 'tasks_task_rules')]
