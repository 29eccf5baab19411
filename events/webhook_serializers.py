"""What crosses the wire about webhooks?"""

from typing import Any

from rest_framework import serializers

from events.addresses import LONGEST
from tasks.serializers import Slug
from wire.fields import Instant, Text
from wire.serializers import StrictSerializer


class WebhookIn(StrictSerializer):
    """A webhook to be made."""

    url = Text(max_length=LONGEST, help_text="https; redirects are not followed.")
    project = Slug(
        required=False, allow_null=True, help_text="Whose events; all for administrators alone."
    )
    after = Text(
        max_length=64, required=False, help_text="Begin after the event of this cursor; else now."
    )


class WebhookOut(serializers.Serializer[Any]):
    """A webhook."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    project = serializers.CharField(source="project_slug", allow_null=True)
    created_by = serializers.CharField()
    created_at = Instant()
    cursor = serializers.CharField(help_text="Everything up to here was told.")
    failures = serializers.IntegerField(help_text="Calls in a row that went wrong.")
    last_error = serializers.CharField()
    next_attempt_at = Instant()
    disabled_at = Instant(allow_null=True)


class NewWebhookOut(WebhookOut):
    """A new webhook, with what its calls are signed with."""

    secret = serializers.CharField(help_text="Shown this once.")
