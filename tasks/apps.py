"""The tasks app."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """The board that people and agents share."""

    name = "tasks"
    default_auto_field = "django.db.models.BigAutoField"
