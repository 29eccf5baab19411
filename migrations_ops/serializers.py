"""What crosses the wire about one-shot operations?"""

from rest_framework import serializers

from audit.serializers import EntryOut
from migrations_ops.runner import Outcome
from migrations_ops.states import Progress
from wire.fields import Instant, Text, Whole
from wire.pages import PageQuery
from wire.serializers import StrictSerializer

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


class RunIn(StrictSerializer):
    """A run. The token already says all of it."""

    parameters = serializers.DictField(
        required=False, help_text="May repeat the token's parameters; then they must be equal."
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


class ParameterOut(serializers.Serializer[object]):
    """A parameter of an operation."""

    name = serializers.CharField()
    type = serializers.ChoiceField(choices=["string", "integer", "boolean"])
    nullable = serializers.BooleanField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    default = serializers.JSONField()


class ClaimOut(serializers.Serializer[object]):
    """The run that an operation has or had."""

    started_at = Instant()
    finished_at = Instant(allow_null=True)
    run_by = serializers.CharField()
    rows_affected = serializers.IntegerField(allow_null=True)
    duration_ms = serializers.IntegerField(allow_null=True)
    parameters = serializers.DictField()
    code_sha256 = serializers.CharField()
    receipt = serializers.CharField(help_text="Empty while the run is under way.")


class MigrationOut(serializers.Serializer[object]):
    """An operation and how it stands."""

    name = serializers.CharField()
    description = serializers.CharField()
    owner = serializers.CharField()
    sunset = serializers.DateField(help_text="The day by which its file must be gone.")
    max_rows = serializers.IntegerField()
    reversible = serializers.BooleanField()
    parameters = ParameterOut(many=True)
    code_sha256 = serializers.CharField()
    status = serializers.ChoiceField(choices=[progress.value for progress in Progress])
    run = ClaimOut(allow_null=True)


class MigrationDetailOut(MigrationOut):
    """An operation, how it stands, and what has happened to it."""

    history = EntryOut(many=True, help_text="The latest entries of the audit, newest first.")
