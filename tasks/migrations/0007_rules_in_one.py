"""What a row has to fulfil is asked by one function: PostgreSQL read each rule anew every time."""

from django.db import migrations, models

from wire.rules import Rules, gathered

RULES = Rules(name='tasks_task_rules', rules={'tasks_blocked_from_iff_blocked': models.Q(models.Q(('blocked_from__in', ['in_progress', 'pending', 'review']), ('blocked_from__isnull', False), ('blocked_reason__isnull', False), ('status', 'blocked')), models.Q(models.Q(('status', 'blocked'), _negated=True), ('blocked_from__isnull', True), ('blocked_reason__isnull', True)), _connector='OR'), 'tasks_completed_at_iff_completed': models.Q(models.Q(('completed_at__isnull', False), ('progress_percent', 100), ('status', 'completed')), models.Q(models.Q(('status', 'completed'), _negated=True), ('completed_at__isnull', True)), _connector='OR'), 'tasks_held_has_its_holder': models.Q(models.Q(('status__in', ['in_progress', 'review']), _negated=True), models.Q(('assigned_to', models.F('held_by')), ('assigned_to__isnull', False), ('held_by__isnull', False)), _connector='OR'), 'tasks_lease_only_in_progress': models.Q(('lease_expires_at__isnull', True), models.Q(('lease_seconds__isnull', False), ('status', 'in_progress')), _connector='OR'), 'tasks_lease_within_a_day': models.Q(('lease_seconds__isnull', True), ('lease_seconds__range', (1, 86400)), _connector='OR'), 'tasks_not_own_parent': models.Q(('parent__isnull', True), models.Q(('parent', models.F('id')), _negated=True), _connector='OR'), 'tasks_percent_in_range': models.Q(('progress_percent__range', (0, 100))), 'tasks_priority_is_known': models.Q(('priority__in', [0, 1, 2, 3])), 'tasks_status_is_known': models.Q(('status__in', ['blocked', 'cancelled', 'completed', 'in_progress', 'pending', 'review'])), 'tasks_title_not_empty': models.Q(('title', ''), _negated=True)})


class Migration(migrations.Migration):

    dependencies = [
        ('tasks', '0006_pages_of_a_status'),
    ]

    operations = [gathered('tasks', 'task', RULES)]
