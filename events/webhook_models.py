"""What is stored of webhooks, and how is one found? Part of events.models."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q

from outbox.cursors import Cursor

CLAIMED_FOR = timedelta(seconds=60)


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """How webhooks are found."""

    def living(self) -> Self:
        """Those that are to be told what happens."""
        return self.filter(disabled_at=None)

    def due(self, at: datetime) -> Self:
        """Those to try now, which nobody else is busy with."""
        free = Q(claimed_until=None) | Q(claimed_until__lte=at)
        return self.living().filter(free, next_attempt_at__lte=at)

    def claim(self, webhook_id: uuid.UUID, at: datetime) -> "Webhook | None":
        """Take one on, if it is still due; None when somebody else has, or will have shortly."""
        claim = uuid.uuid4()
        mine = self.due(at).filter(pk=webhook_id)
        if not mine.update(claim=claim, claimed_until=at + CLAIMED_FOR):
            return None
        return self.get(pk=webhook_id)

    def go_on(self, webhook: "Webhook", **sets: Any) -> bool:
        """Change one that was taken on, unless it has passed to somebody else or is gone."""
        return bool(self.filter(pk=webhook.pk, claim=webhook.claim).update(**sets))


class Webhook(models.Model):
    """An address that is told what its maker may see, one event after the other."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    url = models.CharField(max_length=2000)
    project_slug = models.CharField(max_length=63, null=True)  # noqa: DJ001
    sealed_secret = models.BinaryField()
    created_by = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    # The place up to which it was told everything.
    horizon = models.BigIntegerField()
    event_id = models.BigIntegerField()
    failures = models.PositiveIntegerField(default=0)  # since it last went well
    last_error = models.CharField(max_length=255, blank=True)
    next_attempt_at = models.DateTimeField()
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(disabled_at=None),
                name="events_hooks_due",
            ),
            models.Index(fields=["project_slug"], name="events_hooks_of_project"),
        ]

    def __str__(self) -> str:
        return f"webhook {self.pk}"

    @property
    def cursor(self) -> Cursor:
        """The place up to which it was told everything."""
        return Cursor(self.horizon, self.event_id)


def at_place(place: Cursor) -> Mapping[str, int]:
    """Return what being told up to a place sets."""
    return {"horizon": place.horizon, "event_id": place.id}
