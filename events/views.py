"""HTTP in, HTTP out: following the board."""

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import caller_of
from accounts.scopes import Scope
from events.serializers import EventOut, EventQuery
from events.sight import events_in, narrowed
from outbox.models import Event
from outbox.reading import place_of, replay
from tasks.sight import Sight
from wire.views import Endpoint


@extend_schema(tags=["events"])
class Events(Endpoint):
    """What happened on the board."""

    required_scopes = {"GET": Scope.TASKS_READ}
    queries: ClassVar[dict[str, Any]] = {"GET": EventQuery}
    forgets = True

    @extend_schema(responses=EventOut(many=True))
    def get(self, request: Request) -> Response:
        """List what happened, oldest first.

        In the order of commits, nothing left out, and of what the caller may see now. Go on by
        `after` with the last `cursor` of the answer; `Link` does so as long as there may be more.
        410 `cursor_expired` when that event is no longer kept: what came after it may be gone too.
        """
        limit = self.query.get("limit", settings.CONTRACT.page_size)
        sight, place = Sight.of(caller_of(request)), place_of(self.query.get("after"))
        found = narrowed(replay(place, seen=events_in(sight), most=limit), sight)
        return Response(EventOut(found, many=True).data, headers=_more(request, found, limit))


def _more(request: Request, found: Sequence[Event], limit: int) -> dict[str, str]:
    if len(found) < limit:
        return {}
    query = urlencode({"after": str(found[-1].cursor), "limit": limit})
    return {"Link": f'<{request.build_absolute_uri(request.path)}?{query}>; rel="next"'}
