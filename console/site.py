"""Django's admin with a first page of our own."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts import openid
from accounts.backends import console_takes_passwords
from accounts.models import Account
from accounts.operations import sign_ins
from audit.http import Situated, recording_for
from console.overview import overview


class PasswordForm(LoginView):
    """The form for a password; history tells who gets in by it, and who is no staff."""

    authentication_form = AdminAuthenticationForm
    template_name = "console/login.html"
    next_page = "admin:index"

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Let the administrator in."""
        with recording_for(self.request) as journal:
            sign_ins.enter_by_password(form.get_user(), journal)
            self.request.session.flush()
            return super().form_valid(form)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Show the form again."""
        account = cast("Account | None", form.get_user())
        if account is not None:
            with recording_for(self.request) as journal:
                sign_ins.note_no_staff(account, journal)
        return super().form_invalid(form)


class Console(admin.AdminSite):
    """The staff console."""

    site_title = "TaskFlow console"
    index_title = "At a glance"
    index_template = "console/index.html"

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the ways in: the outside provider where one is set up, passwords where taken."""
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        context = {
            **self.each_context(request),
            "title": "Log in",
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            "provider": openid.provider_host() if openid.is_set_up() else "",
            "takes_passwords": console_takes_passwords(),
            **(extra_context or {}),
        }
        page = PasswordForm.as_view(extra_context=context)(request)
        return cast("HttpResponse", page)

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show the state of everything, and the way to each list."""
        glance = {"glance": overview(cast("Situated", request).at)}
        return super().index(request, {**(extra_context or {}), **glance})
