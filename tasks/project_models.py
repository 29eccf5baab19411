"""What is stored of projects and their members, and how is it found? Part of tasks.models."""

from typing import Self

from django.db import models
from django.db.models import Q

from accounts.principals import Principal
from tasks.projects import Membership
from tasks.sight import RoleIn, Sight

_ROLES = sorted(role.value for role in Membership)


class ProjectQuerySet(models.QuerySet["Project"]):
    """How projects are found. Every look-up for a caller begins with `visible_to`."""

    def visible_to(self, principal: Principal) -> Self:
        """Those that the caller is a member of; all for an administrator."""
        sight = Sight.of(principal)
        return self.all() if sight.sees_all else self.filter(members__principal=sight.member)

    def with_role_of(self, principal: Principal) -> Self:
        """Tell beside each project what the caller is in it, as `role`."""
        return self.annotate(role=RoleIn("slug", Sight.of(principal).member_value))


class Project(models.Model):
    """A slug that belongs to its members. Slugs without one are open to everybody."""

    slug = models.CharField(max_length=63, primary_key=True)
    requires_review = models.BooleanField(default=False)
    created_by = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    # Grows with every change, of its members too: they take turns on this row.
    version = models.PositiveIntegerField(default=1)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=~Q(slug=""), name="tasks_project_has_a_slug"),
        ]

    def __str__(self) -> str:
        return self.slug


class Member(models.Model):
    """Somebody who belongs to a project."""

    project = models.ForeignKey(
        Project,
        on_delete=models.CASCADE,
        related_name="members",
        db_index=False,  # tasks_member_once begins with it
    )
    principal = models.CharField(max_length=255)
    role = models.CharField(max_length=6, choices=[(role, role) for role in _ROLES])
    added_by = models.CharField(max_length=255)
    added_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["project", "principal"], name="tasks_member_once"),
            models.CheckConstraint(condition=Q(role__in=_ROLES), name="tasks_member_role_is_known"),
        ]
        indexes = [models.Index(fields=["principal", "project"], name="tasks_projects_of")]

    def __str__(self) -> str:
        return f"{self.principal}, {self.role} of {self.project_id}"
