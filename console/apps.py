"""The console as apps: its own pages, and Django's admin with our first page."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.contrib.admin.checks import check_dependencies
from django.core import checks

from wire.later import check_later


class ConsoleConfig(AppConfig):
    """Where the parts are shown together."""

    name = "console"
    default = True


class ConsoleAdmin(admin.SimpleAdminConfig):
    """Django's admin, beginning at our first page; its pages are loaded when they are needed."""

    default_site = "console.site.Console"
    default = False

    def ready(self) -> None:
        """Register the system checks."""
        checks.register(check_dependencies, checks.Tags.admin)
        check_later("console.pages.check", checks.Tags.admin)
