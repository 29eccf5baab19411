"""What a row has to fulfil is asked by one function: PostgreSQL read each rule anew every time."""

from django.db import migrations, models

from wire.rules import Rules, gathered

RULES = Rules(name='audit_entry_rules', rules={'audit_action_is_registered': models.Q(('action__in', ['task.created', 'task.updated', 'task.assigned', 'task.deleted', 'task.claimed', 'task.started', 'task.progressed', 'task.submitted', 'task.approved', 'task.rejected', 'task.completed', 'task.blocked', 'task.unblocked', 'task.released', 'task.cancelled', 'task.reopened', 'task.commented', 'task.imported', 'project.created', 'project.updated', 'project.deleted', 'project.member_added', 'project.member_changed', 'project.member_removed', 'token.issued', 'token.refreshed', 'token.reused', 'token.revoked', 'sign_in.completed', 'sign_in.failed', 'session.ended', 'principal.created', 'principal.changed', 'principal.disabled', 'principal.enabled', 'credential.created', 'credential.revoked', 'audience.changed', 'key.created', 'key.rotated', 'key.revoked', 'key.rewrapped', 'key.removed', 'op.previewed', 'op.token_minted', 'op.approved', 'op.started', 'op.batch_failed', 'op.paused', 'op.resumed', 'op.cancelled', 'op.completed', 'op.undone', 'op.refused', 'audit.read', 'audit.exported', 'audit.archived', 'webhook.created', 'webhook.deleted', 'webhook.disabled', 'push.refused', 'access.denied'])), 'audit_actor_type_is_known': models.Q(('actor_type__in', ['human', 'agent', 'service', 'system'])), 'audit_outcome_is_known': models.Q(('outcome__in', ['success', 'denied', 'error']))})


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0006_console_sign_in'),
    ]

    operations = [gathered('audit', 'entry', RULES)]
