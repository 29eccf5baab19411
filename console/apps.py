"""The console as apps: its own pages, and Django's admin with our first page."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class ConsoleConfig(AppConfig):
    """Where the parts are shown together."""

    name = "console"
    default = True


class ConsoleAdmin(admin.AdminConfig):
    """Django's admin, beginning at our first page."""

    default_site = "console.site.Console"
    default = False
