"""What is stored of one-shot operations, and how is it found?"""

import uuid

from django.db import models
from django.db.models import F, Q


class Status(models.TextChoices):
    """How far a run has come."""

    RUNNING = "running"
    DONE = "done"


class RunQuerySet(models.QuerySet["Run"]):
    """How runs are found."""

    def done(self, name: str) -> "Run | None":
        """The run that did the operation's work for ever, None while nobody did."""
        return self.filter(name=name, status=Status.DONE).first()


class Run(models.Model):
    """The marker of an operation: whoever inserts it may work, and nobody else ever may.

    `id` is the attempt's own, so that a runner can tell its marker from another's.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    token_jti = models.CharField(max_length=64, unique=True)
    code_sha256 = models.CharField(max_length=64)
    parameters = models.JSONField(default=dict)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.RUNNING)
    run_by = models.CharField(max_length=255)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    rows_affected = models.BigIntegerField(null=True, blank=True)
    duration_ms = models.BigIntegerField(null=True, blank=True)
    receipt = models.TextField(blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "name"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[Status.RUNNING.value, Status.DONE.value]),
                name="oneshot_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__gte=F("started_at")), name="oneshot_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(rows_affected__gte=0), name="oneshot_rows_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(duration_ms__gte=0), name="oneshot_duration_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(token_jti="") & ~Q(run_by=""),
                name="oneshot_says_what_and_who",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=Status.DONE.value,
                    finished_at__isnull=False,
                    rows_affected__isnull=False,
                    duration_ms__isnull=False,
                )
                & ~Q(receipt="")
                | Q(status=Status.RUNNING.value, finished_at__isnull=True, receipt=""),
                name="oneshot_done_has_all_and_running_no_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.status})"
