"""A task without a project or a parent no longer stands in the indexes that look for one."""

from django.db import migrations, models

from wire.indexes import AddIndexMeanwhile, RemoveIndexMeanwhile


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('tasks', '0008_rules_hold'),
    ]

    operations = [
        AddIndexMeanwhile(
            model_name='task',
            index=models.Index(models.F('project_slug'), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('project_slug__isnull', False)), name='tasks_of_project'),
        ),
        AddIndexMeanwhile(
            model_name='task',
            index=models.Index(models.F('project_slug'), models.F('status'), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('project_slug__isnull', False)), name='tasks_of_project_status'),
        ),
        AddIndexMeanwhile(
            model_name='task',
            index=models.Index(models.F('parent'), models.F('status'), condition=models.Q(('parent__isnull', False)), name='tasks_of_parent'),
        ),
        RemoveIndexMeanwhile(model_name='task', name='tasks_by_project'),
        RemoveIndexMeanwhile(model_name='task', name='tasks_by_project_status'),
        RemoveIndexMeanwhile(model_name='task', name='tasks_by_parent'),
    ]
