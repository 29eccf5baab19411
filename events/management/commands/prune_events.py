"""`prune_events`: forget what happened so long ago that nobody is behind it."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from events.models import PushedMessage, Webhook
from outbox.cursors import Cursor
from outbox.models import Event
from wire.clock import now

AT_ONCE = 5_000
MESSAGES_KEPT = timedelta(days=32)  # Pub/Sub keeps one for 31 at most


class Command(BaseCommand):
    """Delete old events but what a living webhook has yet to hear, and old messages."""

    help = "Delete events older than EVENT_RETENTION_DAYS, a bounded number at a time."

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete until none is left."""
        before = now() - timedelta(days=settings.CONTRACT.event_retention_days)
        total = 0
        # Asked for each time: meanwhile a webhook may have been made that is further behind.
        while deleted := Event.objects.prune(before, upto=_heard_by_all(), most=AT_ONCE):
            total += deleted
        while PushedMessage.objects.prune(now() - MESSAGES_KEPT, most=AT_ONCE):
            pass
        self.stdout.write(f"{total} deleted")


def _heard_by_all() -> Cursor | None:
    """Return the place up to which every living webhook was told, None without any."""
    return min((webhook.cursor for webhook in Webhook.objects.living()), default=None)
