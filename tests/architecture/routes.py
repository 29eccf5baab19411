"""Every route of the service, as the URLconf has it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

UNSAFE = {"post", "put", "patch", "delete"}


@dataclass(frozen=True)
class Route:
    """A path and the view behind it."""

    path: str
    view: type[APIView]

    @property
    def methods(self) -> list[str]:
        """The methods the view answers, in capitals."""
        names = self.view.http_method_names
        return [n.upper() for n in names if n != "head" and hasattr(self.view, n)]


def api_routes() -> list[Route]:
    """Return every route but the console's and the pages'."""
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns, prefix: str) -> Iterator[Route]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if path.startswith("admin/"):
            continue
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            view = getattr(pattern.callback, "view_class", None) or getattr(
                pattern.callback, "cls", None
            )
            if isinstance(view, type) and issubclass(view, APIView):
                yield Route(path, view)
