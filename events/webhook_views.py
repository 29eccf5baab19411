"""HTTP in, HTTP out: webhooks."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import caller_of
from accounts.scopes import Scope
from audit.http import recording_for
from events import webhooks
from events.webhook_serializers import NewWebhookOut, WebhookIn, WebhookOut
from outbox.reading import place_of
from wire.described import described
from wire.orders import Column
from wire.pages import PageQuery, page
from wire.serializers import read_body
from wire.views import Endpoint

NEWEST = (Column("created_at", descending=True), Column("id"))


@described(tags=["events"])
class Webhooks(Endpoint):
    """The addresses that are told what happens."""

    required_scopes = {"GET": Scope.TASKS_READ, "POST": Scope.TASKS_WRITE}
    queries: ClassVar[dict[str, Any]] = {"GET": PageQuery}
    keeps_replies = False  # the answer holds a secret
    forgets = True

    @described(responses=WebhookOut(many=True))
    def get(self, request: Request) -> Response:
        """List webhooks, newest first: of the projects that the caller owns, or all."""
        found = page(webhooks.seen_by(caller_of(request)), NEWEST, self.query)
        return Response(WebhookOut(found.rows, many=True).data, headers=found.headers(request))

    @described(request=WebhookIn, responses={201: NewWebhookOut})
    def post(self, request: Request) -> Response:
        """Have an address told what happens.

        For people: owners of the project, and administrators, who alone may leave the project out.
        Each event is POSTed as `/api/events` tells it, in order, signed as Standard Webhooks says
        with the `secret` of this answer. It is told again until it is answered 2xx.
        """
        body = read_body(request, WebhookIn)
        place = place_of(body.get("after"))
        with recording_for(request) as journal:
            made = webhooks.create(
                body["url"], body.get("project"), place, caller=caller_of(request), journal=journal
            )
        shown = {**WebhookOut(made.webhook).data, "secret": made.secret}
        return Response(shown, status=201)


@described(tags=["events"])
class OneWebhook(Endpoint):
    """One webhook."""

    required_scopes = {"DELETE": Scope.TASKS_WRITE}

    @described(responses={204: OpenApiResponse(description="Deleted.")})
    def delete(self, request: Request, webhook_id: UUID) -> Response:
        """Have an address told no more."""
        with recording_for(request) as journal:
            webhooks.delete(webhook_id, caller=caller_of(request), journal=journal)
        return Response(status=204)
