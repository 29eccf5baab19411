"""The events app."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """How others follow the board, and how it hears from them."""

    name = "events"
    default_auto_field = "django.db.models.BigAutoField"
