"""The console's pages of operations: look, halt, approve. Running takes a token, elsewhere."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import Account
from audit.actors import Actor, ActorType
from audit.http import Situated, recording_for
from migrations_ops import asking, runner, states
from migrations_ops.asking import Wish
from migrations_ops.calling import Caller
from migrations_ops.errors import NoSuchOneshot, Tombstoned
from migrations_ops.models import Approval, Run
from migrations_ops.operations import Preview
from wire.errors import DomainError, InvalidInput

HALTS: Mapping[str, Callable[[str, Caller], Run]] = MappingProxyType(
    {"pause": runner.pause, "resume": runner.resume, "cancel": runner.cancel}
)


class PreviewForm(forms.Form):
    """What a preview is wanted of."""

    parameters = forms.JSONField(
        required=False, initial=dict, help_text="A JSON object; those left out have their default."
    )

    def clean_parameters(self) -> dict[str, object]:
        """Return the object. Raises ValidationError for anything else."""
        value = self.cleaned_data["parameters"]
        if not isinstance(value or {}, dict):
            raise forms.ValidationError("This is not a JSON object.")
        return value or {}


class ApprovalForm(PreviewForm):
    """Which request of whom is approved."""

    requester = forms.CharField(max_length=255, help_text="Who will run it.")
    preview_digest = forms.CharField(max_length=64, help_text="Of the preview you have seen.")
    max_rows = forms.IntegerField(
        min_value=1, required=False, help_text="As the requester asked; empty: the operation's own."
    )


FORMS: Mapping[str, type[PreviewForm]] = MappingProxyType(
    {"preview": PreviewForm, "approve": ApprovalForm}
)


def overview(request: HttpRequest) -> HttpResponse:
    """Show all operations and how they stand."""
    return page(request, "operations", "One-shot operations", states=states.overview())


def operation(request: HttpRequest, name: str) -> HttpResponse:
    """Show one operation; preview it, approve a request of it, or halt its run."""
    try:
        states.brief(name)
    except (NoSuchOneshot, Tombstoned) as error:
        raise Http404(str(error)) from error
    action = request.POST.get("action", "")
    if action in HALTS:
        told(request, lambda: HALTS[action](name, caller(request)))
        return redirect(request.path)
    form = FORMS.get(action, PreviewForm)(request.POST if action in FORMS else None)
    shown = None
    if form.is_valid():
        shown = told(request, lambda: answer(request, name, action, form.cleaned_data))
    return page(
        request, "operation", name,
        state=states.detail(name), form=form, preview=shown if action == "preview" else None,
        approval=form if action == "approve" else ApprovalForm(initial=asked(form, shown)),
        approvals=Approval.objects.filter(name=name)[:20],
    )  # fmt: skip


def answer(
    request: HttpRequest, name: str, action: str, given: Mapping[str, Any]
) -> Preview | Approval:
    """Preview or approve, as over the API."""
    if action == "preview":
        return asking.look(name, given["parameters"], caller(request))
    wish = Wish(
        parameters=given["parameters"],
        max_rows=given["max_rows"],
        preview_digest=given["preview_digest"],
    )
    approval = asking.approve(name, wish, caller(request), requester=given["requester"])
    messages.success(request, f"{approval.requester} may have a token until {approval.expires_at}.")
    return approval


def told(request: HttpRequest, act: Callable[[], Any]) -> Any:
    """Act, and tell a refusal where people look; returns nothing then."""
    try:
        return act()
    except InvalidInput as error:
        for fault in error.faults:
            messages.error(request, f"{fault.pointer}: {fault.message}")
    except DomainError as error:
        messages.error(request, str(error))
    return None


def asked(form: PreviewForm, shown: object) -> dict[str, object]:
    """Return what a preview leaves to be filled in for its approval."""
    if not isinstance(shown, Preview):
        return {}
    return {"parameters": form.cleaned_data["parameters"], "preview_digest": shown.digest}


def caller(request: HttpRequest) -> Caller:
    """Return the member of staff as the runner knows callers."""
    account = cast("Account", request.user)
    actor = Actor(id=account.pk, type=ActorType(account.actor_type), auth_method="console")
    at = cast("Situated", request).at
    return Caller(id=account.pk, at=at, begin=partial(recording_for, request, actor=actor))


def page(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    """Render a page of the console."""
    return render(
        request,
        f"admin/migrations_ops/{template}.html",
        {**admin.site.each_context(request), "title": title, **context},
    )
