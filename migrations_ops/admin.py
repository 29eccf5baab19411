"""The staff console's view of runs. Running goes through a token, and over the API."""

from django.contrib import admin
from django.urls import URLPattern, path

from audit.admin import ReadOnly
from migrations_ops import console
from migrations_ops.models import Approval, Run


@admin.register(Run)
class RunAdmin(ReadOnly):
    """Markers: what was run, by whom, how far it has come and how it went."""

    change_list_template = "admin/migrations_ops/run/change_list.html"
    list_display = (
        "name", "status", "done", "run_by", "started_at", "finished_at", "rows_affected",
        "duration_ms",
    )  # fmt: skip
    list_filter = ("status",)
    search_fields = ("name", "run_by")
    fields = (
        *list_display, "rows_expected", "max_rows", "batches", "cursor", "generation",
        "lease_until", "failure", "parameters", "code_sha256", "token_jti", "receipt",
    )  # fmt: skip

    @admin.display(description="progress")
    def done(self, run: Run) -> str:
        """Return how much of the work is done."""
        return f"{run.percent} %"

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of operations, those that nobody has run too."""
        view = self.admin_site.admin_view
        return [
            path("operations/", view(console.overview), name="oneshots"),
            path("operations/<str:name>/", view(console.operation), name="oneshot"),
            *super().get_urls(),
        ]


@admin.register(Approval)
class ApprovalAdmin(ReadOnly):
    """Who has approved which request of whom, and until when."""

    list_display = ("name", "requester", "approved_by", "approved_at", "expires_at")
    search_fields = ("name", "requester", "approved_by")
    fields = (*list_display, "parameters", "max_rows", "preview_digest", "code_sha256")
