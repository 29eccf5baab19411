"""How do deeds look in the console? A button each, a page that asks, the same for many at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse

from accounts.deeds import Button, Deed, Told, carry_out, staff_of
from audit.admin import ReadOnly
from audit.models import Entry, EntryQuerySet

HISTORY_SHOWN = 30


class WithDeeds(ReadOnly):
    """A page to look at, with buttons: `deeds` for one object, `list_deeds` for the list.

    `target` is what history calls such an object.
    """

    change_form_template = "console/object.html"
    target: ClassVar[str] = ""
    deeds: ClassVar[Sequence[Deed]] = ()
    list_deeds: ClassVar[Sequence[Deed]] = ()

    def get_urls(self) -> list[URLPattern]:
        """Add an address for each deed."""
        view = self.admin_site.admin_view
        return [
            path("do/<slug:name>/", view(self.do_to_list), name=self._name("do")),
            path("<path:object_id>/do/<slug:name>/", view(self.do_to_object),
                 name=self._name("do_one")),
            *super().get_urls(),
        ]  # fmt: skip

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list with its buttons."""
        context = {**(extra_context or {}), "buttons": list(self._list_buttons(request))}
        return super().changelist_view(request, context)

    def beside(self, request: HttpRequest, found: Any) -> dict[str, Any]:
        """Return what the page shows beside the object's own members: buttons and history."""
        trail = list(self.trail(found).order_by("-id")[: HISTORY_SHOWN + 1])
        return {
            "buttons": list(self._buttons(request, found)),
            "history": trail[:HISTORY_SHOWN],
            "history_more": len(trail) > HISTORY_SHOWN,
        }

    def trail(self, found: Any) -> EntryQuerySet:
        """Return the entries that tell of the object."""
        return Entry.objects.filter(target_type=self.target, target_id=str(found.pk))

    def do_to_list(self, request: HttpRequest, name: str) -> HttpResponse:
        """Confirm, or carry out, a deed of the list."""
        return self._do(request, _named(self.list_deeds, name), None, self._address("changelist"))

    def do_to_object(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Confirm, or carry out, a deed on one object."""
        found = self.get_object(request, unquote(object_id))
        if found is None:
            raise Http404
        return self._do(
            request, _named(self.deeds, name), found, self._address("change", object_id)
        )

    def _do(self, request: HttpRequest, deed: Deed, found: Any, back: str) -> HttpResponse:
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        caller = staff_of(request)
        form = deed.form(
            request.POST if request.method == "POST" else None, initial=dict(deed.initial(found))
        )
        why_not = deed.why_not(found, caller)
        if request.method == "POST" and why_not is None and form.is_valid():
            done = carry_out(request, deed, found, form.cleaned_data)
            if done is not None:
                return self._answer(request, done, found, back)
        page = {"deed": deed, "form": form, "object": found, "back": back, "why_not": why_not}
        return render(request, "console/deed.html", self._context(request, deed.label, page))

    def _answer(self, request: HttpRequest, done: Told, found: Any, back: str) -> HttpResponse:
        if done.secrets:
            page = {"told": done, "object": found, "back": back}
            shown = self._context(request, done.sentence, page)
            return render(request, "console/secrets.html", shown)
        messages.success(request, done.sentence)
        return HttpResponseRedirect(done.leads_to or back)

    def _context(self, request: HttpRequest, title: str, more: dict[str, Any]) -> dict[str, Any]:
        site = self.admin_site.each_context(request)
        return {**site, "title": title, "opts": self.opts, **more}

    def _list_buttons(self, request: HttpRequest) -> Iterator[Button]:
        caller = staff_of(request)
        for deed in self.list_deeds:
            yield Button(deed, self._address("do", deed.name), deed.why_not(None, caller))

    def _buttons(self, request: HttpRequest, found: Any) -> Iterator[Button]:
        caller = staff_of(request)
        for deed in self.deeds:
            address = self._address("do_one", quote(found.pk), deed.name)
            yield Button(deed, address, deed.why_not(found, caller))

    def _name(self, view: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{view}"

    def _address(self, view: str, *arguments: str) -> str:
        return reverse(f"{self.admin_site.name}:{self._name(view)}", args=arguments)


def _named(deeds: Sequence[Deed], name: str) -> Deed:
    found = next((deed for deed in deeds if deed.name == name), None)
    if found is None:
        raise Http404
    return found


def deeds_for_many(deeds: Sequence[Deed], *names: str) -> tuple[Callable[..., Any], ...]:
    """Return actions of a list: the same deeds, on each chosen object in a recording of its own."""
    return tuple(_for_many(_named(deeds, name)) for name in names)


def _for_many(deed: Deed) -> Callable[..., Any]:
    def do(page: WithDeeds, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse | None:
        form = deed.form(request.POST if "confirmed" in request.POST else None)
        if form.is_bound and form.is_valid():
            _do_to_each(request, deed, list(chosen), form.cleaned_data)
            return None
        about = {"deed": deed, "form": form, "chosen": chosen, "action": do.__name__}
        shown = page._context(request, f"{deed.label} {len(chosen)} chosen", about)  # noqa: SLF001
        return render(request, "console/many.html", shown)

    do.__name__ = f"do_{deed.name}"
    do.short_description = f"{deed.label} the chosen ones"  # type: ignore[attr-defined]
    return do


def _do_to_each(
    request: HttpRequest, deed: Deed, chosen: Sequence[Any], given: Mapping[str, Any]
) -> None:
    caller, done = staff_of(request), 0
    for each in chosen:
        why_not = deed.why_not(each, caller)
        if why_not is not None:
            messages.warning(request, f"{each}: {why_not}")
        elif carry_out(request, deed, each, given) is not None:
            done += 1
    if done:
        messages.success(request, f"{deed.label}: {done} of {len(chosen)}.")
