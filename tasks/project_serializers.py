"""What crosses the wire of projects and their members?"""

from typing import Any

from rest_framework import serializers

from tasks.projects import MemberRow, Membership, ProjectRow, told
from tasks.serializers import Slug
from wire.fields import Flag, Instant, Text
from wire.serializers import StrictSerializer

ROLES = [role.value for role in Membership]


class RoleField(serializers.ChoiceField):
    """What somebody is in a project."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=ROLES, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """Return the role itself."""
        return Membership(super().to_internal_value(data))


class ProjectPatch(StrictSerializer):
    """Members of a project to change: absent ones stay."""

    requires_review = Flag(
        required=False, help_text="Nothing is completed but by somebody else's approval."
    )


class ProjectIn(ProjectPatch):
    """A slug to become a project."""

    slug = Slug()


class ProjectOut(serializers.Serializer[Any]):
    """A project."""

    slug = serializers.CharField()
    requires_review = serializers.BooleanField()
    role = serializers.ChoiceField(
        choices=ROLES, allow_null=True,
        help_text="The caller's own; null for an administrator who is no member.",
    )  # fmt: skip
    created_by = serializers.CharField()
    created_at = Instant()
    updated_at = Instant()

    def to_representation(self, instance: ProjectRow) -> dict[str, Any]:
        """Return the row as it stands: it has these members already, in this order."""
        return told(instance)


class MemberPatch(StrictSerializer):
    """What a member is to be from now on."""

    role = RoleField()


class MemberIn(MemberPatch):
    """Somebody to be let in."""

    principal = Text(
        max_length=255, help_text="A handle such as `@alice`, `<idp>:<sub>` or `sa:<email>`."
    )


class MemberOut(serializers.Serializer[Any]):
    """Somebody's membership."""

    principal = serializers.CharField()
    role = serializers.ChoiceField(choices=ROLES)
    added_by = serializers.CharField()
    added_at = Instant()

    def to_representation(self, instance: MemberRow) -> dict[str, Any]:
        """Return the row as it stands: it has these members already, in this order."""
        return told(instance)
