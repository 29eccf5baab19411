"""The audit app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """History: written with the change or not at all."""

    name = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from audit import checks  # noqa: F401
