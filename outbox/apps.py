"""The outbox app."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """What changed, kept for those who follow: in the order of commits, and nothing left out."""

    name = "outbox"
    default_auto_field = "django.db.models.BigAutoField"
