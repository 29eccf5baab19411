"""`prune_idempotency_keys`: forget replies that nobody can ask for any more."""

from typing import Any

from django.core.management.base import BaseCommand

from idempotency.models import Reply
from wire.clock import now

AT_ONCE = 10_000


class Command(BaseCommand):
    """Delete expired replies, a bounded number at a time; the service deletes some itself."""

    help = "Delete the replies of idempotency keys that are older than 24 hours."

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete until none is left."""
        total = 0
        while deleted := Reply.objects.prune(now(), most=AT_ONCE):
            total += deleted
        self.stdout.write(f"{total} deleted")
