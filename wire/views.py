"""The view every route is made of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, cast

from rest_framework.request import Request
from rest_framework.views import APIView

from wire.serializers import StrictSerializer, read_query
from wire.timing import Timed


class NoParameters(StrictSerializer):
    """The query string of a route that takes none."""


class Endpoint(APIView):
    """A view that says per method which scopes it needs and which query parameters it takes.

    `required_scopes` is read by accounts.permissions: a method it does not name is refused.
    """

    required_scopes: ClassVar[Mapping[str, str]] = {}
    queries: ClassVar[Mapping[str, type[StrictSerializer]]] = {}

    # Not OPTIONS: it would describe serializers to anybody; CORS preflights are answered earlier.
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]

    query: dict[str, Any]
    at: datetime

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, authorise, then read the query string. Raises on the first that fails."""
        self.at = cast("Timed", request).at
        super().initial(request, *args, **kwargs)
        method = "GET" if request.method == "HEAD" else (request.method or "")
        self.query = read_query(request, self.queries.get(method, NoParameters))
