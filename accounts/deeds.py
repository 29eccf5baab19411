"""What may staff do from a page of the console? Each deed is an operation behind a form of its own.

A deed is confirmed on a page that says what it does, and carried out by the same operation as the
API's, inside a recording that names the member of staff. The console knows no other way to write.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Account
from accounts.principals import Principal
from accounts.scopes import Role
from audit.actors import ActorType
from audit.http import recording_for
from audit.recording import Journal
from wire.errors import DomainError, InvalidInput

METHOD = "console"


def staff_of(request: HttpRequest) -> Principal:
    """Return the signed-in member of staff as a caller. Raises PermissionDenied for others."""
    account = cast("Account", request.user)
    if not account.is_staff:
        raise PermissionDenied
    return Principal(
        id=account.handle,
        actor_type=ActorType(account.actor_type),
        role=Role(account.role),
        scopes=account.scopes,
        method=METHOD,
    )


class NoForm(forms.Form):
    """Nothing is asked."""


@dataclass(frozen=True)
class Told:
    """What a deed came to: a sentence, and what is shown this once and never again.

    `leads_to` is the page to go on with; empty: back to where the button was.
    """

    sentence: str
    secrets: Mapping[str, str] = field(default_factory=dict)
    leads_to: str = ""


@dataclass(frozen=True)
class Call:
    """A deed about to be done: by whom, with what was filled in, recorded in which journal."""

    caller: Principal
    journal: Journal
    given: Mapping[str, Any]


@dataclass(frozen=True)
class Deed:
    """A button: its name in the address, its label, what it means, and the operation behind it.

    `why_not` tells why it cannot be done to an object now, None when it can. `initial` is what the
    form shows at first. `before` is done ahead of the recording: what an operation asks for that
    has a transaction of its own.
    """

    name: str
    label: str
    means: str
    act: Callable[[Any, Call], Told]
    form: type[forms.Form] = NoForm
    why_not: Callable[[Any, Principal], str | None] = lambda _object, _caller: None
    is_grave: bool = False
    initial: Callable[[Any], Mapping[str, Any]] = lambda _object: {}
    before: Callable[[Mapping[str, Any]], None] = lambda _given: None


@dataclass(frozen=True)
class Button:
    """A deed as a page shows it."""

    deed: Deed
    address: str
    why_not: str | None


def carry_out(
    request: HttpRequest, deed: Deed, found: Any, given: Mapping[str, Any]
) -> Told | None:
    """Do it in a recording of the member of staff; a refusal is told on the page."""
    caller = staff_of(request)
    try:
        deed.before(given)
        with recording_for(request, actor=caller.as_actor()) as journal:
            return deed.act(found, Call(caller, journal, given))
    except InvalidInput as error:
        for fault in error.faults:
            messages.error(request, f"{fault.pointer.strip('/')}: {fault.message}")
    except DomainError as error:
        messages.error(request, str(error))
    return None


def page_of(model: type[Model], key: object) -> str:
    """Return the address of an object's page."""
    return reverse(admin_urlname(model._meta, "change"), args=[quote(key)])  # type: ignore[arg-type]  # noqa: SLF001


def list_of(model: type[Model]) -> str:
    """Return the address of a list."""
    return reverse(admin_urlname(model._meta, "changelist"))  # type: ignore[arg-type]  # noqa: SLF001
