"""What crosses the wire about history?"""

from rest_framework import serializers

from audit.actions import Action, Outcome
from audit.actors import ActorType
from audit.formats import FORMATS
from wire.fields import Identifier, Instant, Text
from wire.pages import PageQuery
from wire.serializers import StrictSerializer


class TrailQuery(PageQuery):
    """What one task's trail can be asked for."""

    action = serializers.ChoiceField(choices=[a.value for a in Action], required=False)


class EntryFilters(StrictSerializer):
    """By what entries are chosen."""

    task_id = Identifier(required=False)
    project = Text(max_length=63, required=False)
    actor_id = Text(max_length=255, required=False)
    actor_type = serializers.ChoiceField(choices=[t.value for t in ActorType], required=False)
    action = serializers.ChoiceField(choices=[a.value for a in Action], required=False)
    outcome = serializers.ChoiceField(choices=[o.value for o in Outcome], required=False)
    target = Text(max_length=255, required=False, help_text="`type:id`, such as `task:7`.")
    request_id = Text(max_length=128, required=False)
    since = Instant(required=False)
    until = Instant(required=False)

    def validate_target(self, value: str) -> tuple[str, str]:
        """Split the target. Raises ValidationError without a colon."""
        kind, colon, name = value.partition(":")
        if not colon:
            raise serializers.ValidationError("Write it as type:id.", code="invalid")
        return kind, name


class EntryQuery(PageQuery, EntryFilters):
    """What the audit can be asked for."""


class ExportQuery(EntryFilters):
    """What can be taken away of the audit, and as what."""

    format = serializers.ChoiceField(choices=list(FORMATS), default="jsonl")


class EntryOut(serializers.Serializer[object]):
    """One entry of the audit."""

    id = serializers.IntegerField()
    occurred_at = Instant()
    action = serializers.ChoiceField(choices=[a.value for a in Action])
    outcome = serializers.ChoiceField(choices=[o.value for o in Outcome])
    actor_id = serializers.CharField()
    actor_type = serializers.ChoiceField(choices=[t.value for t in ActorType])
    on_behalf_of = serializers.CharField()
    auth_method = serializers.CharField()
    client_id = serializers.CharField()
    target_type = serializers.CharField()
    target_id = serializers.CharField()
    task_id = serializers.IntegerField(allow_null=True)
    project_slug = serializers.CharField(allow_null=True)
    changes = serializers.DictField(child=serializers.JSONField(), help_text="field: [old, new]")
    context = serializers.DictField(child=serializers.JSONField())  # type: ignore[assignment]
    request_id = serializers.CharField()
    ip = serializers.CharField(allow_null=True)
    user_agent = serializers.CharField()
    release = serializers.CharField()
    leaf_hash = serializers.CharField(help_text="Empty where the caller is not shown all of it.")


class ProofQuery(StrictSerializer):
    """What a proof can be asked for."""

    size = Identifier(
        required=False, help_text="The checkpoint to lead to, by its size; the newest if not given."
    )


class CheckpointOut(serializers.Serializer[object]):
    """What the issuer signed of the tree of entries (RFC 9162, section 2.1)."""

    size = serializers.IntegerField(help_text="How many entries it covers.")
    root = serializers.CharField(  # type: ignore[assignment]
        help_text="The root of their tree: SHA-256, in hex."
    )
    previous = serializers.CharField(
        help_text="SHA-256 of the statement before, in hex; 64 zeros for the first."
    )
    time = Instant()
    kid = serializers.CharField()
    statement = serializers.CharField(help_text="All of it as a JWS of the issuer's.")


class ProofOut(serializers.Serializer[object]):
    """The path from an entry's leaf to the root of a checkpoint (RFC 9162, section 2.1.3)."""

    entry_id = serializers.IntegerField()
    leaf_hash = serializers.CharField()
    position = serializers.IntegerField(help_text="The leaf's index, from 0.")
    path = serializers.ListField(
        child=serializers.CharField(), help_text="The hashes beside the way, from the leaf up."
    )
    checkpoint = CheckpointOut()
