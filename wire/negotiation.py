"""Which representation does the client get? JSON, whichever of its two names it asks for."""

from collections.abc import Iterable

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

PROBLEM = "application/problem+json"
STREAM = "text/event-stream"
JSON, ANYTHING = "application/json", "*/*"
PLAIN = frozenset({JSON, ANYTHING})


def wants_problem(accept: str) -> bool:
    """Tell whether errors are to be labelled as RFC 9457 problems."""
    return PROBLEM in accept.lower()


def wants_stream(request: Request) -> bool:
    """Tell whether the answer is to go on as server-sent events, where a route has such."""
    return STREAM in request.headers.get("Accept", "").lower()


class AnyAccepted(DefaultContentNegotiation):
    """Heed no Accept, where something else says which representation is meant."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """Return the one that refusals are told by."""
        first = next(iter(renderers))
        return first, first.media_type


class JSONNegotiation(DefaultContentNegotiation):
    """Take `application/problem+json` in Accept for what it means: JSON, problems labelled."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """Return the parser of the body's media type; without weighing where it is the first's."""
        first = next(iter(parsers), None)
        if first is not None and request.content_type == first.media_type:
            return first
        selected: BaseParser | None = super().select_parser(request, parsers)
        return selected

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """Return the renderer and media type; without weighing where nearly all ask the same."""
        first, *_ = renderers
        if first.media_type == JSON and request.META.get("HTTP_ACCEPT", ANYTHING) in PLAIN:
            return first, first.media_type
        selected: tuple[BaseRenderer, str] = super().select_renderer(
            request, renderers, format_suffix
        )
        return selected

    def get_accept_list(self, request: Request) -> list[str]:
        """Return the media types of Accept, the problem type read as JSON."""
        asked = [kind for kind in super().get_accept_list(request) if kind] or ["*/*"]
        return ["application/json" if PROBLEM in kind.lower() else kind for kind in asked]

    def filter_renderers(
        self,
        renderers: Iterable[BaseRenderer],
        format: str,  # noqa: A002
    ) -> list[BaseRenderer]:
        """Ignore `?format=`: the path and Accept decide."""
        return list(renderers)


class StreamOrJSON(JSONNegotiation):
    """For a route that can stream: its refusals are JSON whatever was asked for."""

    def get_accept_list(self, request: Request) -> list[str]:
        """Return the media types of Accept, that of streams read as JSON."""
        asked = super().get_accept_list(request)
        return ["application/json" if STREAM in kind.lower() else kind for kind in asked]
