"""What is stored of one-shot operations, and how is it found?"""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q, Value


class Status(models.TextChoices):
    """How far a run has come; the last two are for ever."""

    RUNNING = "running"
    PAUSED = "paused"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DONE = "done"


ENDED = (Status.DONE, Status.CANCELLED)
OPEN = (Status.RUNNING, Status.PAUSED, Status.FAILED)


class RunQuerySet(models.QuerySet["Run"]):
    """How runs are found."""

    def of(self, name: str) -> "Run | None":
        """The operation's one run, None while nobody has claimed it."""
        return self.filter(name=name).first()

    def done(self, name: str) -> "Run | None":
        """The run that did the operation's work for ever, None while nobody did."""
        return self.filter(name=name, status=Status.DONE).first()

    def held(self, run: "Run") -> "RunQuerySet":
        """The run as long as nobody has taken it over: exactly one row, or none."""
        return self.filter(pk=run.pk, generation=run.generation)

    def free(self, run: "Run", at: datetime) -> "RunQuerySet":
        """The run if its last runner has let go or has not been heard of for too long."""
        idle = Q(lease_until=None) | Q(lease_until__lte=at)
        return self.held(run).filter(idle, status__in=[Status.RUNNING, Status.FAILED])


class Run(models.Model):
    """The marker of an operation: whoever inserts it may work, and nobody else ever may.

    `id` is the attempt's own, so that a runner can tell its marker from another's. A runner works
    under a `generation`; whoever takes over raises it, and what the one before still tries matches
    no row any more. Who works on shows it by moving `lease_until`, which only decides who waits.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    token_jti = models.CharField(max_length=64, unique=True)
    code_sha256 = models.CharField(max_length=64)
    parameters = models.JSONField(default=dict)
    max_rows = models.BigIntegerField(null=True, blank=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.RUNNING)
    generation = models.PositiveIntegerField(default=1, db_default=1)
    lease_until = models.DateTimeField(null=True, blank=True)
    cursor = models.JSONField(null=True, blank=True)
    batches = models.PositiveIntegerField(default=0, db_default=0)
    batch_size = models.PositiveIntegerField(default=1, db_default=1)
    continued_with = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    failure = models.TextField(blank=True, default="", db_default="")
    run_by = models.CharField(max_length=255)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    rows_expected = models.BigIntegerField(null=True, blank=True)
    rows_affected = models.BigIntegerField(null=True, blank=True)
    duration_ms = models.BigIntegerField(null=True, blank=True)
    receipt = models.TextField(blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "name"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in Status]),
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
                | Q(status=Status.CANCELLED.value, finished_at__isnull=False) & ~Q(receipt="")
                | Q(
                    status__in=[status.value for status in OPEN],
                    finished_at__isnull=True,
                    receipt="",
                ),
                name="oneshot_ended_has_all_and_open_no_end",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.FAILED.value) & ~Q(failure="")
                | ~Q(status=Status.FAILED.value) & Q(failure=""),
                name="oneshot_failed_says_how",
            ),
            models.CheckConstraint(
                condition=Q(generation__gte=1, batch_size__gte=1), name="oneshot_counts_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.status})"

    @property
    def percent(self) -> int:
        """Return how much of the expected work is done; 100 only when all of it is."""
        if self.status == Status.DONE:
            return 100
        return min(99, 100 * (self.rows_affected or 0) // max(1, self.rows_expected or 0))

    def was_driven_by(self, jti: str) -> bool:
        """Tell whether the token began or continued this run."""
        return jti == self.token_jti or jti in self.continued_with


class ApprovalQuerySet(models.QuerySet["Approval"]):
    """How approvals are found."""

    def valid(self, request_sha256: str, at: datetime) -> "Approval | None":
        """The latest approval of exactly this request that has not expired."""
        good = self.filter(request_sha256=request_sha256, expires_at__gt=at)
        return good.order_by("-approved_at").first()


class Approval(models.Model):
    """A second person's word for one request: operation, code, parameters, preview, requester."""

    name = models.CharField(max_length=100)
    request_sha256 = models.CharField(max_length=64, db_index=True)
    requester = models.CharField(max_length=255)
    parameters = models.JSONField(default=dict)
    max_rows = models.BigIntegerField()
    preview_digest = models.CharField(max_length=64)
    code_sha256 = models.CharField(max_length=64)
    approved_by = models.CharField(max_length=255)
    approved_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["-approved_at", "-id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=~Q(approved_by=F("requester")), name="oneshot_approved_by_another"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("approved_at")), name="oneshot_approval_expires"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} for {self.requester} by {self.approved_by}"
