"""The view every route is made of."""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.views import APIView

from wire.entity_tags import SAFE, read_if_match, tagged
from wire.errors import DomainError
from wire.headers import said
from wire.once import HEADER, Answered, Keep, once
from wire.serializers import StrictSerializer, read_query
from wire.timing import Timed

OFTEN_ASKED = ("META", "method", "path", "at", "origin")  # of a request


class NoParameters(StrictSerializer):
    """The query string of a route that takes none."""


class Endpoint(APIView):
    """A view that says per method which scopes it needs and which query parameters it takes.

    `required_scopes` is read by accounts.permissions: a method it does not name is refused.
    `tagged` are the methods that answer with one object and its ETag. A view whose handlers heed
    If-Match says so by `heeds_if_match`; elsewhere no tag matches. What is asked of `/api` with
    an Idempotency-Key is carried out once, unless the view keeps no replies.
    """

    required_scopes: ClassVar[Mapping[str, str]] = {}
    queries: ClassVar[Mapping[str, type[StrictSerializer]]] = {}
    tagged: ClassVar[frozenset[str]] = frozenset({"GET"})
    heeds_if_match: ClassVar[bool] = False
    keeps_replies: ClassVar[bool] = True

    # Not OPTIONS: it would describe serializers to anybody; CORS preflights are answered earlier.
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]

    always_said: ClassVar[Mapping[str, str]]
    query: dict[str, Any]
    at: datetime
    keep: Keep | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer, then end what the answer was made within."""
        with ExitStack() as self.within:
            return super().dispatch(request, *args, **kwargs)

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Return DRF's request, knowing by itself what it is asked for most: passing on costs."""
        made = super().initialize_request(request, *args, **kwargs)
        given = vars(request)
        vars(made).update({name: given[name] for name in OFTEN_ASKED if name in given})
        return made

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Return those that say who calls: they hold nothing of a request, so all share them."""
        return _made(tuple(self.authentication_classes))

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Return what every answer of the view says."""
        kind = type(self)
        if "always_said" not in vars(kind):
            kind.always_said = super().default_response_headers
        return dict(kind.always_said)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, authorise, then read the query string. Raises on the first that fails."""
        self.at = cast("Timed", request).at
        super().initial(request, *args, **kwargs)
        method = "GET" if request.method == "HEAD" else (request.method or "")
        self.query = read_query(request, self.queries.get(method, NoParameters))
        if method not in SAFE:
            self._before_a_change(request)

    def perform_authentication(self, request: Request) -> None:
        """Learn who calls, and count the call before anything else is decided about it."""
        try:
            super().perform_authentication(request)
        except DomainError:
            # Counted by its address, and not asked a second time.
            request.user = None  # type: ignore[assignment]
            super().check_throttles(request)
            raise
        super().check_throttles(request)

    def check_throttles(self, request: Request) -> None:
        """Do nothing where DRF would count: by then refusals have gone their way uncounted."""

    def _before_a_change(self, request: Request) -> None:
        read_if_match(request, is_heeded=self.heeds_if_match)
        # A key is its caller's: where anybody may call it means nothing.
        is_keyed = said(request, HEADER) is not None and request.user is not None
        if is_keyed and self.keeps_replies and request.path.startswith("/api/"):
            self.keep = self.within.enter_context(once(request))

    def handle_exception(self, exc: Exception) -> Any:
        """Answer for what was raised; an answer that is known already is no refusal."""
        return exc.answer if isinstance(exc, Answered) else super().handle_exception(exc)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Complete the answer with its ETag, and have it remembered where that was asked."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if ("GET" if request.method == "HEAD" else request.method) in self.tagged:
            response = tagged(response, request)
        if self.keep is not None:
            self.keep(response)
        return response


@cache
def _made(kinds: tuple[type[BaseAuthentication], ...]) -> list[BaseAuthentication]:
    return [kind() for kind in kinds]
