"""HTTP in, HTTP out: reading history."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Protocol, TypeAlias, cast

from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from audit.actions import Action
from audit.actors import ActorType
from audit.http import recording_for
from audit.models import Entry, EntryQuerySet
from audit.serializers import EntryOut, EntryQuery
from wire.described import described
from wire.orders import Column
from wire.pages import page
from wire.views import Endpoint

NEWEST = (Column("id", descending=True),)
Narrow: TypeAlias = Callable[[Sequence[Entry]], Sequence[Entry]]

READ_ALL = "audit:read"
OPERATE = "ops:run"


class Reader(Protocol):
    """What the audit asks of a caller."""

    id: str
    actor_type: ActorType

    def may(self, scope: str) -> bool:
        """Tell whether the caller holds the scope."""
        ...


@described(tags=["audit"])
class Entries(Endpoint):
    """The audit log."""

    required_scopes = {"GET": "signed in"}
    queries: ClassVar[dict[str, Any]] = {"GET": EntryQuery}

    @described(responses=EntryOut(many=True))
    def get(self, request: Request) -> Response:
        """List entries, newest first: all with `audit:read`, else the caller's own trail.

        Operators see the entries of one-shot operations too.

        Reading with `audit:read` is itself recorded.
        """
        reader = reader_of(request)
        found = page(seen_by(reader).matching(self.query), NEWEST, self.query)
        if reader.may(READ_ALL):
            note_reading(request, len(found.rows))
        return Response(EntryOut(found.rows, many=True).data, headers=found.headers(request))


def reader_of(request: Request) -> Reader:
    """Return the caller, who is no service: these write history and read none of it."""
    reader = cast("Reader", request.user)
    if reader.actor_type is ActorType.SERVICE:
        raise PermissionDenied
    return reader


def seen_by(reader: Reader) -> EntryQuerySet:
    """Return what a caller may see: all, operations and the own trail, or the own trail."""
    if reader.may(READ_ALL):
        return Entry.objects.all()
    if reader.may(OPERATE):
        return Entry.objects.by_or_operations(reader.id)
    return Entry.objects.by(reader.id)


def note_reading(request: Request, entries: int) -> None:
    """Record that somebody read other people's trails."""
    with recording_for(request) as journal:
        journal.record(
            Action.AUDIT_READ,
            target=("audit", "entries"),
            context={"entries": entries, "filters": sorted(request.query_params)},
        )


def trail(
    entries: EntryQuerySet, query: dict[str, Any], request: Request, narrowed: Narrow
) -> Response:
    """Answer with one subject's history, newest first, and of each entry what `narrowed` leaves."""
    found = page(entries.matching(query), NEWEST, query)
    return Response(EntryOut(narrowed(found.rows), many=True).data, headers=found.headers(request))
