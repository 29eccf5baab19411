"""The app that remembers replies."""

from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    """Requests that are carried out once, however often they come."""

    name = "idempotency"
    default_auto_field = "django.db.models.BigAutoField"
