"""The staff console's view of the board: to look at, with buttons that are operations."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.deed_pages import WithDeeds, deeds_for_many
from audit.models import Entry, EntryQuerySet
from tasks.deeds import OF_A_TASK, OF_THE_BOARD
from tasks.models import Comment, Dependency, Member, Project, Task
from tasks.project_deeds import OF_A_MEMBER, OF_A_PROJECT, OF_ALL_PROJECTS
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
class TaskAdmin(WithDeeds):
    """Tasks, newest first."""

    deeds = OF_A_TASK
    list_deeds = OF_THE_BOARD
    actions = deeds_for_many(OF_A_TASK, "release", "cancel", "reopen")

    list_display = (
        "id", "title", "status", "priority", "progress_percent", "assigned_to", "project_slug",
        "due_date", "comment_count", "updated_at",
    )  # fmt: skip
    list_display_links = ("id", "title")
    list_filter = ("status", "priority", "cancel_requested")
    # What is cheap to compare comes first: words are looked for in what is left.
    search_fields = ("=assigned_to", "=created_by", "=project_slug", "title", "description")
    ordering = ("-id",)
    list_per_page = 50
    inlines = (DependencyInline, CommentInline)
    fieldsets = (
        (None, {"fields": ("title", "description", "status", "priority", "progress_percent",
                           "assigned_to", "project_slug", "parent", "due_date", "tags")}),
        ("Held", {"fields": ("held_by", "held_by_type", "fence", "lease_seconds",
                             "lease_expires_at", "cancel_requested", "blocked_reason",
                             "blocked_from", "submitted_by", "worked_by")}),
        ("Life", {"fields": ("created_by", "created_at", "started_at", "completed_at",
                             "updated_at", "version")}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        """Return the tasks, each with the number of its comments."""
        tasks: QuerySet[Task] = super().get_queryset(request)
        return tasks.annotate(comment_count=CommentCount("pk"))

    def trail(self, found: Task) -> EntryQuerySet:
        """Return the entries of the task, those of its comments too."""
        return Entry.objects.of_task(found.pk)

    @admin.display(description="comments")
    def comment_count(self, task: Task) -> int:
        """Return how many comments the task has."""
        return int(vars(task)["comment_count"])


class MemberInline(admin.TabularInline):  # type: ignore[type-arg]
    """Who belongs to the project."""

    model = Member
    readonly_fields = ("principal", "role", "added_by", "added_at")
    ordering = ("principal",)
    can_delete = False
    show_change_link = True
    extra = max_num = 0


@admin.register(Project)
class ProjectAdmin(WithDeeds):
    """Slugs that belong to their members."""

    target = "project"
    deeds = OF_A_PROJECT
    list_deeds = OF_ALL_PROJECTS
    list_display = ("slug", "requires_review", "created_by", "created_at", "updated_at")
    list_filter = ("requires_review",)
    search_fields = ("slug", "=members__principal")
    ordering = ("slug",)
    list_per_page = 50
    inlines = (MemberInline,)


@admin.register(Member)
class MemberAdmin(WithDeeds):
    """Who belongs to which project."""

    deeds = OF_A_MEMBER
    list_display = ("principal", "project", "role", "added_by", "added_at")
    list_filter = ("role",)
    search_fields = ("=principal", "=project__slug")
    ordering = ("principal", "project")
    list_per_page = 50

    def trail(self, found: Member) -> EntryQuerySet:
        """Return what was done to this membership."""
        return Entry.objects.filter(
            target_type="project",
            target_id=found.project_id,
            action__startswith="project.member_",
            context__principal=found.principal,
        )
