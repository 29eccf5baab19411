"""The staff console's view of runs: to look. Running goes through a token, and over the API."""

from django.contrib import admin

from audit.admin import ReadOnly
from migrations_ops.models import Run


@admin.register(Run)
class RunAdmin(ReadOnly):
    """Markers: what was run, by whom, and how it went."""

    list_display = (
        "name", "status", "run_by", "started_at", "finished_at", "rows_affected", "duration_ms",
    )  # fmt: skip
    list_filter = ("status",)
    search_fields = ("name", "run_by")
    fields = (*list_display, "parameters", "code_sha256", "token_jti", "receipt")
