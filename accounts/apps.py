"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who is calling, and what is minted for them."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from accounts import checks  # noqa: F401
