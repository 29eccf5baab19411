"""What crosses the wire about one-shot operations?"""

from rest_framework import serializers

from audit.serializers import EntryOut
from migrations_ops.models import Approval, Run
from migrations_ops.runner import Outcome
from migrations_ops.states import Progress
from wire.fields import Instant, Text, Whole
from wire.pages import PageQuery
from wire.serializers import StrictSerializer
from wire.strict_json import NotStrictJson, loads

COMPLETED, ALREADY_RAN = "completed", "already ran"


class MigrationQuery(PageQuery):
    """Which operations. They are a handful of files, not rows: an offset is enough."""

    cursor = None  # type: ignore[assignment]


class PermitIn(StrictSerializer):
    """What a migration token is wanted for."""

    parameters = serializers.DictField(
        required=False, help_text="The operation's parameters; those left out have their default."
    )
    preview_digest = Text(
        max_length=128, required=False, allow_null=True, help_text="The digest of the preview seen."
    )
    max_rows = Whole(
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        help_text="Touch no more rows than this; at most, and by default, the operation's own.",
    )


class PermitOut(serializers.Serializer[object]):
    """A migration token and what it is bound to."""

    token = serializers.CharField(help_text="For the header X-Migration-Token; good for one run.")
    expires_in = serializers.IntegerField(help_text="Seconds the token lives.")
    operation = serializers.CharField()
    code_sha256 = serializers.CharField(help_text="Of the operation's source.")
    preview_digest = serializers.CharField(allow_null=True)


class NoBody(StrictSerializer):
    """The body of a call that needs none."""


class PreviewQuery(StrictSerializer):
    """What a preview is wanted of."""

    parameters = Text(required=False, help_text="A JSON object; those left out have their default.")

    def validate_parameters(self, text: str) -> dict[str, object]:
        """Return the object. Raises ValidationError for anything else."""
        try:
            value = loads(text)
        except NotStrictJson as error:
            raise serializers.ValidationError(f"This is not JSON: {error}") from error
        if not isinstance(value, dict):
            raise serializers.ValidationError("This is not a JSON object.")
        return value


class SampleOut(serializers.Serializer[object]):
    """A row before and after the work."""

    id = serializers.CharField()
    before = serializers.DictField(help_text="The columns that change, as they are.")
    after = serializers.DictField(
        allow_null=True,
        help_text="As they would be; `now` is the time of the run. Null: the row is deleted.",
    )


class PreviewOut(serializers.Serializer[object]):
    """What a run would do."""

    count = serializers.IntegerField(help_text="Rows that the work would touch.")
    samples = SampleOut(many=True, help_text="At most 20 of them.")
    digest = serializers.CharField(
        help_text="Names what is shown; a token that holds it runs only while it is still so."
    )


class ApprovalIn(PermitIn):
    """Which request of whom is approved."""

    requester = Text(max_length=255, help_text="Who will run it: a handle or a service's id.")
    preview_digest = Text(max_length=128, help_text="The digest of the preview seen.")


class ApprovalOut(serializers.Serializer[Approval]):
    """A second person's word for one request."""

    operation = serializers.CharField(source="name")
    requester = serializers.CharField()
    request_sha256 = serializers.CharField()
    preview_digest = serializers.CharField()
    approved_by = serializers.CharField()
    approved_at = Instant()
    expires_at = Instant(help_text="Until then the requester gets tokens for exactly this.")


class RunIn(StrictSerializer):
    """A run. The token already says all of it."""

    parameters = serializers.DictField(
        required=False,
        help_text="May repeat the token's parameters, and then they must be equal; has to, when "
        "they are too long for a token.",
    )


class RunOut(serializers.Serializer[Outcome]):
    """How the one run of an operation went."""

    name = serializers.CharField(source="run.name")
    status = serializers.SerializerMethodField()
    already_ran = serializers.BooleanField(
        help_text="Whether an earlier call did the work; the rest then tells of that call."
    )
    rows_affected = serializers.IntegerField(source="run.rows_affected")
    ran_at = Instant(source="run.started_at")
    ran_by = serializers.CharField(source="run.run_by")
    duration_ms = serializers.IntegerField(source="run.duration_ms")
    parameters = serializers.DictField(source="run.parameters")
    code_sha256 = serializers.CharField(source="run.code_sha256")
    receipt = serializers.CharField(
        source="run.receipt", help_text="A statement signed by the issuer, typ `receipt+jwt`."
    )

    def get_status(self, outcome: Outcome) -> str:
        """Return `completed` from the call that did the work, `already ran` from all others."""
        return ALREADY_RAN if outcome.already_ran else COMPLETED


class RunUnderWayOut(serializers.Serializer[Run]):
    """A run that has not ended: how far it has come."""

    name = serializers.CharField()
    status = serializers.ChoiceField(choices=["running", "paused"])
    already_ran = serializers.SerializerMethodField()
    rows_affected = serializers.IntegerField(help_text="So far.")
    rows_expected = serializers.IntegerField(help_text="Counted at the beginning.")
    percent = serializers.IntegerField(help_text="Of the rows expected; 99 until the very end.")
    batches = serializers.IntegerField()
    ran_at = Instant(source="started_at")
    ran_by = serializers.CharField(source="run_by")

    def get_already_ran(self, run: Run) -> bool:
        """Return false: nobody has ended it."""
        return False


class ColumnOut(serializers.Serializer[object]):
    """A column of a parameter that is a table."""

    name = serializers.CharField()
    type = serializers.ChoiceField(choices=["string", "integer", "boolean"])
    nullable = serializers.BooleanField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    default = serializers.JSONField()


class ParameterOut(serializers.Serializer[object]):
    """A parameter of an operation."""

    name = serializers.CharField()
    type = serializers.ChoiceField(
        choices=["string", "integer", "boolean", "rows"],
        help_text="`rows`: CSV text with a header line, or a list of objects.",
    )
    columns = ColumnOut(many=True, help_text="Of `rows`; else empty.")
    nullable = serializers.BooleanField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    default = serializers.JSONField()


class ClaimOut(serializers.Serializer[object]):
    """The run that an operation has or had."""

    started_at = Instant()
    finished_at = Instant(allow_null=True)
    run_by = serializers.CharField()
    rows_affected = serializers.IntegerField(allow_null=True)
    rows_expected = serializers.IntegerField(allow_null=True)
    percent = serializers.IntegerField()
    batches = serializers.IntegerField()
    cursor = serializers.JSONField(allow_null=True, help_text="Where the next batch begins.")
    failure = serializers.CharField(help_text="Why the last batch was undone; else empty.")
    duration_ms = serializers.IntegerField(allow_null=True)
    parameters = serializers.DictField()
    code_sha256 = serializers.CharField()
    receipt = serializers.CharField(
        help_text="Or the signed cancellation. Empty while the run has not ended."
    )


class MigrationOut(serializers.Serializer[object]):
    """An operation and how it stands."""

    name = serializers.CharField()
    description = serializers.CharField()
    owner = serializers.CharField()
    sunset = serializers.DateField(help_text="The day by which its file must be gone.")
    max_rows = serializers.IntegerField()
    reversible = serializers.BooleanField(help_text="Another operation undoes it.")
    undoes = serializers.CharField(help_text="Which operation it undoes; mostly none.")
    in_batches = serializers.BooleanField(help_text="Or all in one transaction.")
    parameters = ParameterOut(many=True)
    code_sha256 = serializers.CharField()
    status = serializers.ChoiceField(choices=[progress.value for progress in Progress])
    run = ClaimOut(allow_null=True)


class MigrationDetailOut(MigrationOut):
    """An operation, how it stands, and what has happened to it."""

    history = EntryOut(many=True, help_text="The latest entries of the audit, newest first.")
