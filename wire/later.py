"""Which routes are loaded when somebody first asks for one of them?"""

from typing import Any

from django.urls import URLResolver
from django.urls.resolvers import RoutePattern


class Beginning(RoutePattern):
    """Lets paths through that begin in one of several ways, and takes nothing off them."""

    def __init__(self, *beginnings: str) -> None:
        super().__init__("")
        self.beginnings = beginnings

    def match(self, path: str) -> tuple[str, tuple[()], dict[str, Any]] | None:
        """Return the whole path, None where it begins otherwise."""
        return (path, (), {}) if path.startswith(self.beginnings) else None


def later(module: str, *beginnings: str) -> URLResolver:
    """Include a module's routes, which all begin so, without loading it before it is needed.

    `reverse` in all routes, system checks and whoever walks the routes load it too.
    """
    return URLResolver(Beginning(*beginnings), module)
