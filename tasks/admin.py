"""The staff console's view of the board: to look at; changes go through operations."""

from django.contrib import admin

from audit.admin import ReadOnly
from tasks.models import Dependency, Task


class DependencyInline(admin.TabularInline):  # type: ignore[type-arg]
    """What the task waits for."""

    model = Dependency
    fk_name = "task"
    verbose_name_plural = "depends on"
    readonly_fields = ("depends_on",)
    can_delete = False
    extra = max_num = 0


@admin.register(Task)
class TaskAdmin(ReadOnly):
    """Tasks, newest first."""

    list_display = (
        "id", "title", "status", "priority", "progress_percent", "assigned_to", "project_slug",
        "due_date", "updated_at",
    )  # fmt: skip
    list_display_links = ("id", "title")
    list_filter = ("status", "priority", "cancel_requested")
    search_fields = ("title", "description", "=assigned_to", "=created_by", "=project_slug")
    ordering = ("-id",)
    list_per_page = 50
    inlines = (DependencyInline,)
