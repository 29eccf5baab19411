"""What is loaded when it is first asked for? Routes that few call, and system checks."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.urls import URLResolver
from django.urls.resolvers import RoutePattern
from django.utils.module_loading import import_string


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


def check_later(path: str, *tags: str) -> None:
    """Register a system check by its dotted path; its module is loaded when it is run."""

    def check(**given: Any) -> Sequence[checks.CheckMessage]:
        found: Sequence[checks.CheckMessage] = import_string(path)(**given)
        return found

    checks.register(check, *tags)
