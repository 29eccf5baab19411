"""What crosses the wire about tasks?"""

from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from tasks.filters import ORDERS
from tasks.lifecycle import Status
from tasks.projects import SLUG
from tasks.rows import LONGEST_NOTE, LONGEST_TEXT, WORDS, TaskRow, told
from wire.fields import LARGEST_ID, Flag, Identifier, Instant, Text, Whole
from wire.pages import PageQuery
from wire.serializers import StrictSerializer

STATUSES = [status.value for status in Status]


class Slug(Text):
    """A project's slug."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validators=[RegexValidator(rf"\A{SLUG}\Z")], max_length=63, **kwargs)


class PriorityField(serializers.ChoiceField):
    """A priority by its name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=WORDS, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """Return the rank of the name."""
        return WORDS.index(super().to_internal_value(data))


class DistinctList(serializers.ListField):
    """A list in which an item counts once, however often it is given."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """Return the items in the order of their first coming; of too many none is looked at."""
        if isinstance(data, list) and self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return list(dict.fromkeys(super().to_internal_value(data)))


class TaskMembers(StrictSerializer):
    """The members a client may write, all optional."""

    title = Text(max_length=200, required=False)
    description = Text(
        max_length=LONGEST_TEXT, trim_whitespace=False, allow_blank=True, allow_null=True,
        required=False,
    )  # fmt: skip
    priority = PriorityField(required=False, help_text="`medium` unless given.")
    assigned_to = Text(
        max_length=255, allow_null=True, allow_blank=True, required=False,
        help_text="A handle such as `@alice`, `<idp>:<sub>` or `sa:<email>`; empty for nobody.",
    )  # fmt: skip
    project_slug = Slug(allow_null=True, required=False)
    parent_id = Identifier(
        min_value=0, allow_null=True, required=False, help_text="0 or null for none."
    )
    due_date = Instant(allow_null=True, required=False)
    tags = DistinctList(child=Text(max_length=50), max_length=20, allow_null=True, required=False)
    depends_on = DistinctList(
        child=Identifier(), max_length=100, allow_null=True, required=False,
        help_text="Tasks to be completed before this one can start.",
    )  # fmt: skip

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return what was given, each kind of emptiness in its one stored form."""
        given: dict[str, Any] = super().to_internal_value(data)
        return {name: _stored(name, value) for name, value in given.items()}


def _stored(name: str, value: Any) -> Any:
    """Return a member as it is stored."""
    if name in {"assigned_to", "parent_id"}:
        return value or None
    if name == "description":
        return value or ""
    if name == "tags":
        return value or []
    return sorted(value or []) if name == "depends_on" else value


class TaskIn(TaskMembers):
    """A task to be made."""

    title = Text(max_length=200)
    status = serializers.ChoiceField(
        choices=[Status.PENDING.value], required=False, help_text="A task begins as `pending`."
    )


class TaskPatch(TaskMembers):
    """Members of a task to change: absent ones stay, null clears."""

    cancel_requested = Flag(
        required=False,
        help_text="Asks the holder to stop; for the creator, project owners and administrators.",
    )
    status = serializers.ChoiceField(
        choices=STATUSES, required=False, help_text="Takes the step that leads there."
    )
    reason = Text(
        max_length=LONGEST_NOTE, required=False, help_text="Beside a `status` that needs one."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a reason for nothing."""
        if "reason" in attrs and "status" not in attrs:
            raise serializers.ValidationError({
                "reason": serializers.ErrorDetail("A reason goes with a status.", "unexpected")
            })  # fmt: skip
        return attrs


class TaskOut(serializers.Serializer[Any]):
    """A task."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    description = serializers.CharField()
    status = serializers.ChoiceField(choices=STATUSES)
    priority = serializers.ChoiceField(choices=WORDS)
    progress_percent = serializers.IntegerField(min_value=0, max_value=100)
    assigned_to = serializers.CharField(allow_null=True)
    project_slug = serializers.CharField(allow_null=True)
    parent_id = serializers.IntegerField(allow_null=True)
    due_date = Instant(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    depends_on = serializers.ListField(child=serializers.IntegerField())
    blocked_reason = serializers.CharField(allow_null=True)
    created_by = serializers.CharField()
    created_at = Instant()
    updated_at = Instant()
    started_at = Instant(allow_null=True)
    completed_at = Instant(allow_null=True)
    version = serializers.IntegerField(help_text="Grows with each change.")
    fence = serializers.IntegerField(help_text="Grows whenever somebody takes the task.")
    lease_expires_at = Instant(
        allow_null=True, help_text="Progress renews it; afterwards another may take the task."
    )
    cancel_requested = serializers.BooleanField(help_text="The holder is asked to stop.")
    subtask_count = serializers.IntegerField()
    subtasks_completed = serializers.IntegerField()

    def to_representation(self, instance: TaskRow) -> dict[str, Any]:
        """Return the row as it stands: it has these members already, in this order."""
        return told(instance)


class StatusFilter(StrictSerializer):
    """The places in their life that tasks may be in."""

    status = serializers.ListField(
        child=serializers.ChoiceField(choices=STATUSES), required=False, help_text="Any of these."
    )


class SubtaskQuery(StatusFilter, PageQuery):
    """How subtasks are listed."""

    ordering = serializers.ChoiceField(
        choices=list(ORDERS), required=False, help_text="`-` for descending; else newest first."
    )


class TaskFilters(StatusFilter):
    """What tasks can be narrowed by."""

    priority = PriorityField(required=False)
    assigned_to = Text(
        max_length=255, allow_blank=True, required=False, help_text="`me` works; empty: nobody."
    )
    project = Slug(required=False)
    parent_id = Identifier(min_value=0, required=False, help_text="0 for tasks without a parent.")
    tag = serializers.ListField(
        child=Text(max_length=50), max_length=20, required=False, help_text="All of these."
    )
    created_by = Text(max_length=255, required=False, help_text="`me` works.")
    due_before = Instant(required=False)
    due_after = Instant(required=False)
    overdue = Flag(required=False, help_text="Open and past the due date.")
    ready = Flag(
        required=False,
        help_text="There for the caller to claim: pending, unassigned or the caller's own, or "
        "with a lapsed lease; and every dependency completed.",
    )
    q = Text(max_length=200, required=False, help_text="Part of title or description.")


class TaskQuery(TaskFilters, SubtaskQuery):
    """What the list of tasks can be asked for."""


class Nothing(StrictSerializer):
    """A body without members."""


class StartIn(StrictSerializer):
    """How long the caller wants to hold the task without a sign of life."""

    lease_seconds = Whole(min_value=1, max_value=86_400, allow_null=True, required=False)


class NoteIn(StrictSerializer):
    """A word for the record."""

    note = Text(max_length=LONGEST_NOTE, allow_blank=True, allow_null=True, required=False)


class HolderIn(NoteIn):
    """A word for the record, and the fence the caller holds."""

    fence = Whole(
        min_value=0, max_value=LARGEST_ID, allow_null=True, required=False,
        help_text="The fence the task had when the caller took it.",
    )  # fmt: skip


class ProgressIn(HolderIn):
    """How far the work has come."""

    percent = Whole(min_value=0, max_value=100)


class ProgressMembers(HolderIn):
    """The same as query parameters, or as the part of a body that the query leaves over."""

    percent = Whole(min_value=0, max_value=100, required=False)


class ReasonIn(StrictSerializer):
    """Why."""

    reason = Text(max_length=LONGEST_NOTE)


class OptionalReasonIn(StrictSerializer):
    """Why, if there is something to say."""

    reason = Text(max_length=LONGEST_NOTE, allow_blank=True, allow_null=True, required=False)
