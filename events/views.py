"""HTTP in, HTTP out: following the board."""

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.db import close_old_connections
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import BearerAuthentication
from accounts.errors import BadCredential
from accounts.permissions import caller_of
from accounts.scopes import Scope
from events.serializers import EventOut, EventQuery
from events.sight import events_in, narrowed
from events.streaming import LAST_EVENT_ID, MEDIA_TYPE, Listen, stream
from outbox.cursors import Cursor
from outbox.models import Event
from outbox.reading import place_of, replay
from tasks.sight import Sight
from wire.clock import now
from wire.described import described
from wire.negotiation import StreamOrJSON, wants_stream
from wire.views import Endpoint

AT_ONCE = 100


@described(tags=["events"])
class Events(Endpoint):
    """What happened on the board."""

    required_scopes = {"GET": Scope.TASKS_READ}
    queries: ClassVar[dict[str, Any]] = {"GET": EventQuery}
    forgets = True
    content_negotiation_class = StreamOrJSON

    @described(
        parameters=[
            OpenApiParameter(
                LAST_EVENT_ID,
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description="Of a stream: goes before `after`, so that a client that lost its "
                "line goes on where it was.",
            )
        ],
        responses={
            (200, "application/json"): EventOut(many=True),
            (200, MEDIA_TYPE): OpenApiTypes.STR,
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        """List what happened, oldest first, or listen to what happens.

        In the order of commits, nothing left out, and of what the caller may see now. Go on by
        `after` with the last `cursor` of the answer; `Link` does so as long as there may be more.
        410 `cursor_expired` when that event is no longer kept: what came after it may be gone too.

        With `Accept: text/event-stream` the answer goes on: each event under its cursor as `id`
        and its type as `event`. It ends after a while; come again with `Last-Event-ID`. 503
        `too_many_streams` when too many are open.
        """
        if wants_stream(request) and request.method == "GET":
            after = request.headers.get(LAST_EVENT_ID) or self.query.get("after")
            return stream(_listener(request), place_of(after))
        limit = self.query.get("limit", settings.CONTRACT.page_size)
        sight, place = Sight.of(caller_of(request)), place_of(self.query.get("after"))
        found = _heard(place, sight, limit)
        return Response(EventOut(found, many=True).data, headers=_more(request, found, limit))


def _heard(place: Cursor | None, sight: Sight, most: int) -> Sequence[Event]:
    return narrowed(replay(place, seen=events_in(sight), most=most), sight)


def _listener(request: Request) -> Listen:
    """Return how the caller listens: known anew each time, and with no connection in between."""

    def listen(place: Cursor | None) -> Sequence[Event]:
        try:
            known = BearerAuthentication().authenticate_at(request, now())
            if known is None or not known[0].may(Scope.TASKS_READ):
                raise BadCredential
            return _heard(place, Sight.of(known[0]), AT_ONCE)
        finally:
            close_old_connections()

    return listen


def _more(request: Request, found: Sequence[Event], limit: int) -> dict[str, str]:
    if len(found) < limit:
        return {}
    query = urlencode({"after": str(found[-1].cursor), "limit": limit})
    return {"Link": f'<{request.build_absolute_uri(request.path)}?{query}>; rel="next"'}
