"""What is in a caller's sight, and where may they write?

A slug without a project is open to everybody. A project's tasks are its members' alone, and
administrators'. Stated in SQL as one condition, so that it can stand in every statement.
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


class IsSeen(Func):
    """Whether tasks are in a principal's sight: of their slug and the principal."""

    # What stands between slug and principal, as the two are given in this order.
    arg_joiner = (
        " AND NOT EXISTS (SELECT 1 FROM tasks_member m"
        " WHERE m.project_id = p.slug AND m.principal = "
    )
    template = f"NOT {any_of('tasks_project p WHERE p.slug = %(expressions)s)')}"
    output_field = BooleanField()


class IsWritable(IsSeen):
    """Whether a principal may write there: seen, and not as a viewer."""

    arg_joiner = IsSeen.arg_joiner.replace(
        "m.principal = ", f"m.role <> '{Membership.VIEWER}' AND m.principal = "
    )


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
    """Return the condition of being in the caller's sight, for rows of any table with a slug."""
    sight = viewer if isinstance(viewer, Sight) else Sight.of(viewer)
    return Q() if sight.sees_all else Q(IsSeen(slug, sight.member_value))


def writable(principal: Principal, slug: str = "project_slug") -> Q:
    """Return the condition of being where the caller may write."""
    sight = Sight.of(principal)
    return Q() if sight.sees_all else Q(IsWritable(slug, sight.member_value))


def related(sight: Sight) -> list[Expression]:
    """Return what the SQL of related tasks, `c`, is to be told so that it counts the seen alone."""
    if sight.sees_all:
        return []
    slug = Func(template="c.project_slug", output_field=CharField())
    return [IsSeen(slug, sight.member_value)]
