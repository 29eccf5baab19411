"""What is a project, once it is read, and what is somebody in it? Pure."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from tasks.rows import instant

SLUG = "[A-Za-z0-9][A-Za-z0-9_-]{0,62}"


class Membership(StrEnum):
    """What a member may: look; work as well; and rule over the project besides."""

    VIEWER = "viewer"
    MEMBER = "member"
    OWNER = "owner"


class ProjectRow(NamedTuple):
    """A project as one who sees it sees it: the members of its wire form, in their order."""

    slug: str
    requires_review: bool
    role: str | None  # the caller's own; None for an administrator who is no member
    created_by: str
    created_at: datetime
    updated_at: datetime


class MemberRow(NamedTuple):
    """Somebody's membership in a project: the members of its wire form, in their order."""

    principal: str
    role: str
    added_by: str
    added_at: datetime


def told(row: ProjectRow | MemberRow) -> dict[str, Any]:
    """Return the wire form: what JSON can hold, nothing else."""
    return {
        name: instant(value) if isinstance(value, datetime) else value
        for name, value in row._asdict().items()
    }
