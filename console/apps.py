"""The console as apps: its own pages, and Django's admin with our first page."""

from typing import Any

from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks

from console import pages


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
        checks.register(check_pages, checks.Tags.admin)


def check_pages(**given: Any) -> list[checks.CheckMessage]:
    """Have Django look at every page."""
    pages.load()
    return check_admin_app(**given)
