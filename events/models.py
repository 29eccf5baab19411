"""What is stored of messages that came in and webhooks that go out?"""

from datetime import datetime

from django.db import connection, models

from events.webhook_models import Webhook

__all__ = ["PushedMessage", "Webhook"]


class PushedMessageQuerySet(models.QuerySet["PushedMessage"]):
    """How messages are found."""

    def take_in(self, subscription: str, message_id: str, at: datetime) -> bool:
        """Insert the row that only one delivery can insert; tell whether it was this one.

        Waits for the end of another's transaction.
        """
        received_at = connection.ops.adapt_datetimefield_value(at)
        with connection.cursor() as cursor:
            cursor.execute(TAKE_IN, [subscription, message_id, received_at])
            return bool(cursor.fetchall())

    def prune(self, before: datetime, *, most: int) -> int:
        """Delete so many at most of those received before; return how many."""
        old = self.filter(received_at__lt=before).order_by("received_at").values("pk")[:most]
        return self.filter(pk__in=old).delete()[0]


class PushedMessage(models.Model):
    """A message that was dealt with, for good or ill: it is not dealt with again."""

    subscription = models.CharField(max_length=512)
    message_id = models.CharField(max_length=255)
    received_at = models.DateTimeField()

    objects = PushedMessageQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["received_at"], name="events_messages_by_age")]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "message_id"], name="events_message_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.message_id} of {self.subscription}"


TAKE_IN = """
INSERT INTO events_pushedmessage (subscription, message_id, received_at) VALUES (%s, %s, %s)
ON CONFLICT (subscription, message_id) DO NOTHING RETURNING id
"""
