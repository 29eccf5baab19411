"""The staff console's view of history: read-only, as the database has it."""

from django.contrib import admin
from django.http import HttpRequest

from audit.models import Entry


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """A console page to look at; changes go through operations."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nothing is added here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nothing is changed here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nothing is deleted here."""
        return False


@admin.register(Entry)
class EntryAdmin(ReadOnly):
    """Who did what, when and from where."""

    list_display = (
        "occurred_at", "action", "outcome", "actor_id", "actor_type", "target_type", "target_id",
    )  # fmt: skip
    list_filter = ("action", "outcome", "actor_type")
    search_fields = ("actor_id", "target_id", "request_id")
    list_per_page = 50
