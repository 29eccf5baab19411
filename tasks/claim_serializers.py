"""What crosses the wire when somebody asks what to do next?"""

from rest_framework import serializers

from tasks.serializers import DistinctList, PriorityField, Slug
from wire.fields import Text, Whole
from wire.serializers import StrictSerializer


class NextQuery(StrictSerializer):
    """Which of the ready tasks is asked for."""

    project = Slug(required=False)
    tags = serializers.ListField(
        child=Text(max_length=50), max_length=20, required=False, help_text="All of these."
    )
    priority_at_least = PriorityField(required=False)


class ClaimIn(StrictSerializer):
    """Which of the ready tasks is asked for, and for how long without a sign of life."""

    project = Slug(allow_null=True, required=False)
    tags = DistinctList(
        child=Text(max_length=50), max_length=20, allow_null=True, required=False,
        help_text="All of these.",
    )  # fmt: skip
    priority_at_least = PriorityField(allow_null=True, required=False)
    lease_seconds = Whole(min_value=1, max_value=86_400, allow_null=True, required=False)
