"""Django's admin with a first page of our own."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse

from audit.http import Situated
from console.overview import overview


class Console(admin.AdminSite):
    """The staff console."""

    site_title = "TaskFlow console"
    index_title = "At a glance"
    index_template = "console/index.html"

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show the state of everything, and the way to each list."""
        glance = {"glance": overview(cast("Situated", request).at)}
        return super().index(request, {**(extra_context or {}), **glance})
