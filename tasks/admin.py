"""The staff console's view of the board: to look at; changes go through operations."""

from django.contrib import admin
from django.http import HttpRequest

from tasks.models import Dependency, Task


class ReadOnly:
    """Permissions of a page where nothing is changed."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nothing is added here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nothing is changed here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nothing is deleted here."""
        return False


class DependencyInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """What the task waits for."""

    model = Dependency
    fk_name = "task"
    verbose_name_plural = "depends on"


@admin.register(Task)
class TaskAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
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
    show_full_result_count = False
    inlines = (DependencyInline,)
