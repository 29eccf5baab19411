"""A page of one status is read from an index of its own, whatever the newest tasks are."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tasks', '0005_claiming'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='task',
            index=models.Index(models.OrderBy(models.F('id'), descending=True), condition=models.Q(('status', 'blocked')), name='tasks_blocked'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(models.OrderBy(models.F('id'), descending=True), condition=models.Q(('status', 'cancelled')), name='tasks_cancelled'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(models.OrderBy(models.F('id'), descending=True), condition=models.Q(('status', 'completed')), name='tasks_completed'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(models.OrderBy(models.F('id'), descending=True), condition=models.Q(('status', 'in_progress')), name='tasks_in_progress'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(models.OrderBy(models.F('id'), descending=True), condition=models.Q(('status', 'pending')), name='tasks_pending'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(models.OrderBy(models.F('id'), descending=True), condition=models.Q(('status', 'review')), name='tasks_review'),
        ),
    ]
