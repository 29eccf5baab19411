"""What is stored of the past, and how is it found?"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from django.db import models

from audit.actions import Action, Outcome
from audit.actors import ActorType
from audit.ledger import HASHED, leaf_hash
from audit.ledger_sql import leaf_hash_of_row
from audit.order import WritingTransaction
from audit.seal_models import Archive, Checkpoint, Leaf, Subtree
from wire.rules import Rules
from wire.statements import OfRow

# These are stored here too.
__all__ = [
    "FILTERS",
    "Archive",
    "Checkpoint",
    "Entry",
    "EntryQuerySet",
    "Leaf",
    "Subtree",
    "instant",
]

FILTERS: Mapping[str, Callable[[Any], models.Q]] = MappingProxyType(
    {
        "task_id": lambda value: models.Q(task_id=value),
        "project": lambda value: models.Q(project_slug=value),
        "actor_id": lambda value: models.Q(actor_id=value),
        "actor_type": lambda value: models.Q(actor_type=value),
        "action": lambda value: models.Q(action=value),
        "outcome": lambda value: models.Q(outcome=value),
        "target": lambda value: models.Q(target_type=value[0], target_id=value[1]),
        "request_id": lambda value: models.Q(request_id=value),
        "since": lambda value: models.Q(occurred_at__gte=value),
        "until": lambda value: models.Q(occurred_at__lt=value),
    }
)


class EntryQuerySet(models.QuerySet["Entry"]):
    """How entries are found."""

    def of_task(self, task_id: int) -> "EntryQuerySet":
        """Entries of one task, whether it still exists or not."""
        return self.filter(task_id=task_id)

    def by(self, actor_id: str) -> "EntryQuerySet":
        """One actor's own trail."""
        return self.filter(actor_id=actor_id)

    def by_or_operations(self, actor_id: str) -> "EntryQuerySet":
        """One actor's own trail and whatever happened to one-shot operations."""
        return self.filter(models.Q(actor_id=actor_id) | models.Q(action__startswith="op."))

    def unsealed(self) -> "EntryQuerySet":
        """Entries that have no place in the tree yet."""
        return self.filter(~models.Exists(Leaf.objects.filter(entry_id=models.OuterRef("pk"))))

    def matching(self, query: Mapping[str, Any]) -> "EntryQuerySet":
        """Entries that fit the filters given; what is no filter is ignored."""
        entries = self
        for name, condition in FILTERS.items():
            if name in query:
                entries = entries.filter(condition(query[name]))
        return entries


class Entry(models.Model):
    """Who did what, when and from where. Append-only; holds no foreign key, so it never dies."""

    occurred_at = models.DateTimeField()
    action = models.CharField(max_length=40, choices=[(a.value, a.value) for a in Action])
    outcome = models.CharField(max_length=8, choices=[(o.value, o.value) for o in Outcome])
    actor_id = models.CharField(max_length=255, blank=True)
    actor_type = models.CharField(max_length=8, choices=[(t.value, t.value) for t in ActorType])
    on_behalf_of = models.CharField(max_length=255, blank=True)
    auth_method = models.CharField(max_length=32, blank=True)
    client_id = models.CharField(max_length=255, blank=True)
    target_type = models.CharField(max_length=32)
    target_id = models.CharField(max_length=255)
    task_id = models.BigIntegerField(null=True, blank=True)
    project_slug = models.CharField(max_length=63, null=True, blank=True)  # noqa: DJ001
    changes = models.JSONField(default=dict)
    context = models.JSONField(default=dict)
    request_id = models.CharField(max_length=128)
    ip = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=255, blank=True)
    release = models.CharField(max_length=255, blank=True)
    leaf_hash = models.CharField(max_length=64)
    # The transaction that wrote it: when all up to it have ended, nothing older is still to come.
    xact = models.BigIntegerField(db_default=WritingTransaction(), editable=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["task_id", "id"], name="audit_of_task"),
            models.Index(fields=["actor_id", "id"], name="audit_of_actor"),
            models.Index(fields=["action", "id"], name="audit_of_action"),
            models.Index(fields=["project_slug", "id"], name="audit_of_project"),
            models.Index(fields=["target_type", "target_id", "id"], name="audit_of_target"),
            models.Index(fields=["request_id"], name="audit_of_request"),
            models.Index(fields=["occurred_at"], name="audit_at"),
            models.Index(
                fields=["xact", "id"], name="audit_to_seal", condition=models.Q(xact__gt=0)
            ),
        ]
        constraints = [
            Rules(
                name="audit_entry_rules",
                rules={
                    "audit_action_is_registered": models.Q(action__in=[a.value for a in Action]),
                    "audit_outcome_is_known": models.Q(outcome__in=[o.value for o in Outcome]),
                    "audit_actor_type_is_known": models.Q(
                        actor_type__in=[t.value for t in ActorType]
                    ),
                },
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} of {self.target_type} {self.target_id} by {self.actor_id or '-'}"

    def content(self) -> dict[str, Any]:
        """Return what the leaf hash covers: every column but `id`, which the tree's order binds."""
        content = {name: getattr(self, name) for name in HASHED}
        return {**content, "occurred_at": instant(self.occurred_at)}

    def seal_content(self) -> None:
        """Set `leaf_hash` from the content, or to how the database will make it of the content."""
        content = self.content()
        is_known = OfRow not in map(type, content.values())
        made: Any = leaf_hash(content) if is_known else leaf_hash_of_row(content)
        self.leaf_hash = made


def instant(at: datetime) -> str:
    """Return the time as both databases keep it: UTC, microseconds, `Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
