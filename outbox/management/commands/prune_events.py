"""`prune_events`: forget what happened so long ago that nobody is behind it."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from outbox.models import Event
from wire.clock import now

AT_ONCE = 5_000


class Command(BaseCommand):
    """Delete old events, a bounded number at a time."""

    help = "Delete events older than EVENT_RETENTION_DAYS."

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete until none is left."""
        before = now() - timedelta(days=settings.CONTRACT.event_retention_days)
        total = 0
        while deleted := Event.objects.prune(before, most=AT_ONCE):
            total += deleted
        self.stdout.write(f"{total} deleted")
