"""The console's pages, loaded when the first of them is asked for."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.checks import check_admin_app
from django.core.checks import CheckMessage


def load() -> None:
    """Register the pages of every app, once however often it is called."""
    admin.autodiscover()
    group = apps.get_model("auth.Group")
    if admin.site.is_registered(group):
        admin.site.unregister(group)  # roles and scopes are ours; groups would change unnoticed


def check(**given: Any) -> list[CheckMessage]:
    """Have Django look at every page."""
    load()
    return check_admin_app(**given)
