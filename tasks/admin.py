"""The staff console's view of the board: to look at; changes go through operations."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from audit.admin import ReadOnly
from tasks.models import Comment, Dependency, Member, Project, Task
from tasks.sql import CommentCount


class DependencyInline(admin.TabularInline):  # type: ignore[type-arg]
    """What the task waits for."""

    model = Dependency
    fk_name = "task"
    verbose_name_plural = "depends on"
    readonly_fields = ("depends_on",)
    can_delete = False
    extra = max_num = 0


class CommentInline(admin.TabularInline):  # type: ignore[type-arg]
    """What was said about it, in that order."""

    model = Comment
    fields = readonly_fields = ("created_at", "author", "author_type", "body")
    ordering = ("id",)
    can_delete = False
    extra = max_num = 0


@admin.register(Task)
class TaskAdmin(ReadOnly):
    """Tasks, newest first."""

    list_display = (
        "id", "title", "status", "priority", "progress_percent", "assigned_to", "project_slug",
        "due_date", "comment_count", "updated_at",
    )  # fmt: skip
    list_display_links = ("id", "title")
    list_filter = ("status", "priority", "cancel_requested")
    search_fields = ("title", "description", "=assigned_to", "=created_by", "=project_slug")
    ordering = ("-id",)
    list_per_page = 50
    inlines = (DependencyInline, CommentInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        """Return the tasks, each with the number of its comments."""
        tasks: QuerySet[Task] = super().get_queryset(request)
        return tasks.annotate(comment_count=CommentCount("pk"))

    @admin.display(description="comments")
    def comment_count(self, task: Task) -> int:
        """Return how many comments the task has."""
        return int(vars(task)["comment_count"])


class MemberInline(admin.TabularInline):  # type: ignore[type-arg]
    """Who belongs to the project."""

    model = Member
    readonly_fields = ("principal", "role", "added_by", "added_at")
    can_delete = False
    extra = max_num = 0


@admin.register(Project)
class ProjectAdmin(ReadOnly):
    """Slugs that belong to their members."""

    list_display = ("slug", "requires_review", "created_by", "created_at", "updated_at")
    list_filter = ("requires_review",)
    search_fields = ("slug", "=members__principal")
    ordering = ("slug",)
    list_per_page = 50
    inlines = (MemberInline,)
