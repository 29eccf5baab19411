"""The console's pages, loaded when the first of them is asked for."""

from django.apps import apps
from django.contrib import admin


def load() -> None:
    """Register the pages of every app, once however often it is called."""
    admin.autodiscover()
    group = apps.get_model("auth.Group")
    if admin.site.is_registered(group):
        admin.site.unregister(group)  # roles and scopes are ours; groups would change unnoticed
