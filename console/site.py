"""Django's admin with a first page of our own."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts import openid
from accounts.backends import console_takes_passwords
from audit.http import Situated
from console.overview import overview


class Console(admin.AdminSite):
    """The staff console."""

    site_title = "TaskFlow console"
    index_title = "At a glance"
    index_template = "console/index.html"
    login_template = "console/login.html"

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the ways in: the outside provider where one is set up, passwords where taken."""
        ways = {
            "provider": openid.provider_host() if openid.is_set_up() else "",
            "takes_passwords": console_takes_passwords(),
        }
        return super().login(request, {**(extra_context or {}), **ways})

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show the state of everything, and the way to each list."""
        glance = {"glance": overview(cast("Situated", request).at)}
        return super().index(request, {**(extra_context or {}), **glance})
