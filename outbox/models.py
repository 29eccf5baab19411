"""What is stored of changes that others follow, and how is it found?"""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q, Value

from audit.actions import Action
from audit.actors import ActorType
from outbox.cursors import Cursor
from outbox.sql import HorizonNow, IsBeyond, IsSettled


class EventQuerySet(models.QuerySet["Event"]):
    """How events are found."""

    def beyond(self, place: Cursor) -> Self:
        """Those after a place."""
        return self.filter(IsBeyond(Value(place.horizon), Value(place.id)))

    def settled(self) -> Self:
        """Those before which nothing can come any more, in their order."""
        return self.filter(IsSettled()).order_by("horizon", "id")

    def keeps(self, place: Cursor) -> bool:
        """Tell whether the event at a place is still there."""
        return self.filter(pk=place.id, horizon=place.horizon).exists()

    def prune(self, before: datetime, *, upto: Cursor | None, most: int) -> int:
        """Delete what is older and not after a place, of so many of the first; return how many."""
        first = self.order_by("horizon", "id").only("horizon", "occurred_at")[:most]
        old = [
            event.pk
            for event in first
            if event.occurred_at < before and (upto is None or event.cursor <= upto)
        ]
        return self.filter(pk__in=old).delete()[0]


class Event(models.Model):
    """One change, as those who follow hear of it: the outbox's row."""

    horizon = models.BigIntegerField(db_default=HorizonNow())
    type = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    task_id = models.BigIntegerField(null=True)
    project_slug = models.CharField(max_length=63, null=True)  # noqa: DJ001
    actor_id = models.CharField(max_length=255, blank=True)
    actor_type = models.CharField(max_length=8, choices=[(t.value, t.value) for t in ActorType])
    request_id = models.CharField(max_length=128)
    data = models.JSONField(null=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["horizon", "id"], name="outbox_in_order"),
            models.Index(
                fields=["project_slug", "id"],
                condition=Q(type=Action.PROJECT_DELETED.value),
                name="outbox_deleted_projects",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} by {self.actor_id or '-'}"

    @property
    def cursor(self) -> Cursor:
        """Where it stands in the order of all events."""
        return Cursor(self.horizon, self.pk)
