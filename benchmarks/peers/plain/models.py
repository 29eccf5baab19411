"""The tables of the plain peer."""

from django.db import models

PRIORITIES = ("low", "medium", "high", "critical")


class Task(models.Model):
    """Something to do."""

    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="")
    status = models.CharField(max_length=11, default="pending")
    priority = models.SmallIntegerField(default=1, choices=enumerate(PRIORITIES))
    progress_percent = models.SmallIntegerField(default=0)
    assigned_to = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001
    project_slug = models.CharField(max_length=63, null=True, blank=True)  # noqa: DJ001
    parent_id = models.BigIntegerField(null=True, blank=True)
    due_date = models.DateTimeField(null=True, blank=True)
    tags = models.JSONField(default=list, blank=True)
    blocked_reason = models.TextField(null=True, blank=True)  # noqa: DJ001
    created_by = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    fence = models.PositiveIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)

    class Meta:
        db_table = "task"
        managed = False

    def __str__(self) -> str:
        return self.title


class Entry(models.Model):
    """Who did what."""

    occurred_at = models.DateTimeField(auto_now_add=True)
    action = models.CharField(max_length=40)
    actor_id = models.CharField(max_length=255)
    actor_type = models.CharField(max_length=8)
    task_id = models.BigIntegerField(null=True)
    changes = models.JSONField(default=dict)
    request_id = models.CharField(max_length=128)

    class Meta:
        db_table = "entry"
        managed = False

    def __str__(self) -> str:
        return self.action


class Principal(models.Model):
    """Who may call."""

    id = models.CharField(primary_key=True, max_length=255)
    actor_type = models.CharField(max_length=8)
    role = models.CharField(max_length=8)
    is_active = models.BooleanField()
    client_id = models.CharField(max_length=64)
    secret_digest = models.CharField(max_length=64)

    class Meta:
        db_table = "principal"
        managed = False

    def __str__(self) -> str:
        return self.id
