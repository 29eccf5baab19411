"""Which routes are looked up, instead of being tried in turn? Those with nothing variable in them.

Django tries each pattern before the one that fits. A path without ids leads somewhere or it does
not: one look tells, however many there are.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

from django.urls import ResolverMatch, URLPattern, URLResolver
from django.urls.resolvers import RoutePattern

Route: TypeAlias = URLPattern | URLResolver


class LookedUp(URLResolver):
    """Routes by their whole paths; whoever walks the routes finds them as those of an include."""

    def __init__(self, routes: Sequence[URLPattern]) -> None:
        super().__init__(RoutePattern(""), routes)

    def resolve(self, path: str) -> ResolverMatch | None:  # type: ignore[override]
        """Return where the path leads, None where it is none of these."""
        return self._matches.get(path)

    @cached_property
    def _matches(self) -> Mapping[str, ResolverMatch]:
        # Of two with one path the first is meant. Django makes a new match of each that it takes.
        paths = [(str(route.pattern), route) for route in reversed(self.url_patterns)]
        return {path: match for path, route in paths if (match := route.resolve(path))}


def flat(routes: Sequence[URLPattern]) -> list[Route]:
    """Return the routes, those with nothing variable in them as one; no other fits their paths."""
    fixed = [route for route in routes if not route.pattern.converters]
    return [LookedUp(fixed), *(route for route in routes if route.pattern.converters)]
