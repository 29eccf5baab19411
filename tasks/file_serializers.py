"""What crosses the wire when tasks go into files and come from them?"""

from typing import Any

from rest_framework import serializers

from tasks.files import FORMATS
from tasks.rows import LONGEST_NOTE
from tasks.serializers import STATUSES, TaskFilters, TaskMembers
from wire.fields import LARGEST_ID, Flag, Identifier, Instant, Text, Whole

# Kept by the service itself: a file may have them, they begin anew.
KEPT = frozenset({
    "created_by", "created_at", "updated_at", "version", "fence", "lease_expires_at",
    "subtask_count", "subtasks_completed",
})  # fmt: skip


class ExportQuery(TaskFilters):
    """Which tasks are exported, and into what."""

    format = serializers.ChoiceField(
        choices=list(FORMATS), default="jsonl", help_text="`jsonl` unless given."
    )


class RecordIn(TaskMembers):
    """A row of a file: all that an export tells of a task."""

    id = Identifier(required=False, allow_null=True)
    title = Text(max_length=200)
    status = serializers.ChoiceField(choices=STATUSES, required=False)
    progress_percent = Whole(min_value=0, max_value=100, required=False)
    blocked_reason = Text(max_length=LONGEST_NOTE, allow_null=True, required=False)
    started_at = Instant(allow_null=True, required=False)
    completed_at = Instant(allow_null=True, required=False)
    cancel_requested = Flag(required=False)
    created_by = Text(max_length=255, required=False)
    created_at = Instant(required=False)
    updated_at = Instant(required=False)
    version = Whole(min_value=0, max_value=LARGEST_ID, required=False)
    fence = Whole(min_value=0, max_value=LARGEST_ID, required=False)
    lease_expires_at = Instant(allow_null=True, required=False)
    subtask_count = Whole(min_value=0, max_value=LARGEST_ID, required=False)
    subtasks_completed = Whole(min_value=0, max_value=LARGEST_ID, required=False)


class ImportedOut(serializers.Serializer[Any]):
    """What came of an import."""

    imported = serializers.IntegerField(help_text="How many tasks were made.")
    ids = serializers.ListField(
        child=serializers.IntegerField(), help_text="Their ids, in the order of the rows."
    )
