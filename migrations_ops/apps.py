"""The one-shot operations app."""

from django.apps import AppConfig


class MigrationsOpsConfig(AppConfig):
    """Changes to production data that are made once and then leave."""

    name = "migrations_ops"
    verbose_name = "One-shot operations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from migrations_ops import checks  # noqa: F401
