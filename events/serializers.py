"""What crosses the wire about events?"""

from typing import Any

from rest_framework import serializers

from audit.actions import Action
from audit.actors import ActorType
from wire.fields import Instant, Text, Whole
from wire.serializers import StrictSerializer


class EventQuery(StrictSerializer):
    """From where on, and how much."""

    after = Text(
        max_length=64, required=False, help_text="The `cursor` of the last event that was read."
    )
    limit = Whole(min_value=1, max_value=100, required=False)


class EventOut(serializers.Serializer[Any]):
    """One change."""

    cursor = serializers.CharField(help_text="Where this event stands in the order of all.")
    type = serializers.ChoiceField(choices=[action.value for action in Action])
    occurred_at = Instant()
    task_id = serializers.IntegerField(allow_null=True)
    project_slug = serializers.CharField(allow_null=True)
    actor_id = serializers.CharField()
    actor_type = serializers.ChoiceField(choices=[kind.value for kind in ActorType])
    request_id = serializers.CharField()
    data: Any = serializers.DictField(
        allow_null=True,
        help_text="The task after the change, or what is new of the project; null once deleted.",
    )
