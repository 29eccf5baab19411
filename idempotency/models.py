"""Which replies are remembered, and how is one found?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, models
from django.db.models import Q

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as its key stands for it: whose, which key, and a digest of what was asked."""

    caller: str
    key: str
    fingerprint: str
    at: datetime


class ReplyQuerySet(models.QuerySet["Reply"]):
    """How replies are found."""

    def claim(self, asked: Asked) -> int | None:
        """Insert the row that only one request can insert; None when it is another's.

        Waits for the other's transaction to end. An expired row is taken over.
        """
        at, expiry = (
            connection.ops.adapt_datetimefield_value(each) for each in (asked.at, asked.at - KEPT)
        )
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, [asked.caller, asked.key, asked.fingerprint, at, expiry])
            claimed = [int(pk) for (pk,) in cursor.fetchall()]
        return claimed[0] if claimed else None

    def of(self, asked: Asked) -> "Reply":
        """The reply that the key stands for."""
        return self.get(caller=asked.caller, key=asked.key)

    def prune(self, at: datetime, *, most: int) -> int:
        """Delete some of the expired, without waiting for anybody; returns how many."""
        expiry = connection.ops.adapt_datetimefield_value(at - KEPT)
        with connection.cursor() as cursor:
            cursor.execute(PRUNE.format(_PASSING_BY.get(connection.vendor, "")), [expiry, most])
            return int(cursor.rowcount)


class Reply(models.Model):
    """What was answered to a key, and to what. Without a status it is but a claim, never seen."""

    caller = models.CharField(max_length=255)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    claimed_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(null=True)
    body = models.BinaryField(null=True)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "replies"
        default_permissions = ()
        indexes = [models.Index(fields=["claimed_at"], name="idempotency_by_age")]
        constraints = [
            models.UniqueConstraint(fields=["caller", "key"], name="idempotency_once_per_key"),
            models.CheckConstraint(
                condition=Q(status__isnull=True, headers__isnull=True, body__isnull=True)
                | Q(status__range=(200, 499), headers__isnull=False, body__isnull=False),
                name="idempotency_whole_reply_or_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} to {self.caller}"


# A row that has expired is as good as none: it is claimed over, its reply forgotten.
CLAIM = """
INSERT INTO idempotency_reply AS r (caller, "key", fingerprint, claimed_at)
VALUES (%s, %s, %s, %s)
ON CONFLICT (caller, "key") DO UPDATE
SET fingerprint = excluded.fingerprint, claimed_at = excluded.claimed_at,
    status = NULL, headers = NULL, body = NULL
WHERE r.claimed_at <= %s
RETURNING id
"""

# Materialized: looked for again, as a plan may do with a subquery, it would find others. DELETE
# comes first, as SQLite's driver counts rows of such statements alone.
PRUNE = """
DELETE FROM idempotency_reply WHERE id IN (
    WITH passed AS MATERIALIZED (
        SELECT id FROM idempotency_reply WHERE claimed_at <= %s LIMIT %s {}
    ) SELECT id FROM passed
)
"""
_PASSING_BY = {"postgresql": "FOR UPDATE SKIP LOCKED"}
