"""The staff console's view of history: read-only, as the database has it."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.text import capfirst

from audit.errors import NoSuchCheckpoint, NotSealedYet
from audit.http import Situated
from audit.ledger import leaf_hash
from audit.models import Entry
from audit.operations.proofs import prove
from audit.tree import includes
from wire import counting


class Capped(Paginator):  # type: ignore[type-arg]
    """Pages of a list that is counted to a limit: counting all of a long one reads all of it."""

    @cached_property
    def count(self) -> int:
        """Return how many there are, one more than the limit where there are more."""
        return counting.counted(cast("QuerySet[Any]", self.object_list))


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """A console page to look at; changes go through operations."""

    change_list_template = "console/list.html"
    paginator = Capped
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each choice's number would be a count of its own

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list, and say so where it is longer than is counted."""
        title = capfirst(self.opts.verbose_name_plural)
        context = {"title": title, "most_counted": counting.MOST_COUNTED, **(extra_context or {})}
        return super().changelist_view(request, context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the object, and what stands beside it."""
        found = self.get_object(request, unquote(object_id))
        more = {} if found is None else self.beside(request, found)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def beside(self, request: HttpRequest, found: Any) -> dict[str, Any]:
        """Return what the page shows beside the object's own members."""
        return {}

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Take no filter by what the page does not show: its answers would spell it out."""
        shown = (*self.list_display, *self.list_filter, *(self.fields or ()), "pk")
        is_shown = lookup.partition("__")[0] in shown
        return is_shown and super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nothing is added here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nothing is changed here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nothing is deleted here."""
        return False


@admin.register(Entry)
class EntryAdmin(ReadOnly):
    """Who did what, when and from where."""

    list_display = (
        "occurred_at", "action", "outcome", "actor_id", "actor_type", "target_type", "target_id",
    )  # fmt: skip
    list_filter = ("action", "outcome", "actor_type")
    # To the letter, so that each is answered from its index.
    search_fields = (
        "actor_id__exact", "target_id__exact", "request_id__exact", "project_slug__exact",
    )  # fmt: skip
    list_per_page = 50
    change_form_template = "console/object.html"

    def beside(self, request: HttpRequest, found: Any) -> dict[str, Any]:
        """Return whether the entry is what was sealed."""
        return {"facts": _seal(found, request), "facts_title": "Seal"}


def _seal(entry: Entry, request: HttpRequest) -> dict[str, object]:
    """Return what the tree says of the entry: checked now, against the signed root."""
    leaf = leaf_hash(entry.content())
    try:
        proof = prove(entry.pk, size=None, at=cast("Situated", request).at)
    except (NotSealedYet, NoSuchCheckpoint) as error:
        return {"not proven": error}
    checkpoint = proof.checkpoint
    is_sealed = leaf == entry.leaf_hash == proof.leaf_hash and includes(
        bytes.fromhex(checkpoint.root), checkpoint.size, leaf=bytes.fromhex(leaf),
        position=proof.position, path=[bytes.fromhex(each) for each in proof.path],
    )  # fmt: skip
    return {
        "verdict": "as it was sealed" if is_sealed else "NOT what was sealed",
        "leaf": leaf,
        "position": proof.position,
        "checkpoint": f"{checkpoint.size} entries, {checkpoint.time:%Y-%m-%d %H:%M:%S} UTC",
        "root": checkpoint.root,
        "signed with": checkpoint.kid,
    }
