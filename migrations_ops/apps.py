"""The one-shot operations app."""

from django.apps import AppConfig
from django.core.checks import Tags

from wire.later import check_later

TAG = "oneshots"  # `check --tag oneshots`


class MigrationsOpsConfig(AppConfig):
    """Changes to production data that are made once and then leave."""

    name = "migrations_ops"
    verbose_name = "One-shot operations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        check_later("migrations_ops.checks.oneshots_are_in_order", TAG)
        check_later("migrations_ops.checks.markers_are_guarded", Tags.database)
