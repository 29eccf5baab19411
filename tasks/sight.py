"""What is in a caller's sight, and where may they write?

A slug without a project is open to everybody. A project's tasks are its members' alone, and
administrators'. Stated in SQL as one condition, so that it can stand in every statement; and as a
filter of rows rather than as a join, so that these are still found by the index of their order.
"""

from typing import NamedTuple, Self

from django.db.models import BooleanField, CharField, Expression, Func, Q, Value

from accounts.principals import Principal
from tasks.projects import Membership
from tasks.sql import any_of


class Sight(NamedTuple):
    """Through whose eyes the board is looked at.

    Who acts for somebody sees what that one sees, no less and no more: what only the one who
    acts may see is not to be had by asking them.
    """

    caller: str
    member: str
    sees_all: bool

    @classmethod
    def of(cls, principal: Principal) -> Self:
        """Return the sight of a caller."""
        return cls(principal.id, principal.on_behalf_of or principal.id, principal.is_admin)

    @property
    def member_value(self) -> Value:
        """Return who has to be a member, for SQL."""
        return Value(self.member)


ALL_SEEING = Sight(caller="", member="", sees_all=True)


class IsProjects(Func):
    """Whether a project has the slug."""

    template = any_of("tasks_project p WHERE p.slug = %(expressions)s")
    output_field = BooleanField()


class IsAmong(Func):
    """Whether the slug is that of a project the principal is in: of the slug and the principal."""

    arg_joiner = " IN (SELECT m.project_id FROM tasks_member m WHERE m.principal = "
    template = "%(expressions)s)"
    output_field = BooleanField()


class IsWritable(IsAmong):
    """Whether it is that of one where the principal is no mere viewer."""

    template = f"%(expressions)s AND m.role <> '{Membership.VIEWER}')"


class IsSeenRelative(Func):
    """The same of the tasks `c` that are related to one, for a principal.

    Of these there are few, and several such conditions in a statement: so it is in the form that
    is quickest to plan.
    """

    template = (
        "COALESCE((SELECT TRUE FROM tasks_member m"
        " WHERE (m.project_id, m.principal) = (c.project_slug, %(expressions)s)),"
        " (SELECT FALSE FROM tasks_project p WHERE p.slug = c.project_slug), TRUE)"
    )
    output_field = BooleanField()


class RoleIn(Func):
    """What a principal is in a project, NULL for nobody: of the slug and the principal."""

    template = (
        "(SELECT m.role FROM tasks_member m WHERE (m.project_id, m.principal) = (%(expressions)s))"
    )
    output_field = CharField()


class RequiresReview(Func):
    """Whether the project of a slug wants all work reviewed."""

    template = any_of("tasks_project p WHERE p.slug = %(expressions)s AND p.requires_review")
    output_field = BooleanField()


def in_sight(viewer: Principal | Sight, slug: str = "project_slug") -> Q:
    """Return the condition of being in the caller's sight, for rows of any table with a slug.

    The caller's projects are known after one look: whether a slug is a project's is asked of the
    others alone.
    """
    sight = viewer if isinstance(viewer, Sight) else Sight.of(viewer)
    return Q() if sight.sees_all else Q(IsAmong(slug, sight.member_value)) | ~Q(IsProjects(slug))


def writable(viewer: Principal | Sight, slug: str = "project_slug") -> Q:
    """Return the condition of being where the caller may write."""
    sight = viewer if isinstance(viewer, Sight) else Sight.of(viewer)
    return Q() if sight.sees_all else Q(IsWritable(slug, sight.member_value)) | ~Q(IsProjects(slug))


def related(sight: Sight) -> list[Expression]:
    """Return what the SQL of related tasks, `c`, is to be told so that it counts the seen alone."""
    return [] if sight.sees_all else [IsSeenRelative(sight.member_value)]
