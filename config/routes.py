"""Which routes are served, and what does each declare?"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.views.generic import RedirectView

from accounts.scopes import ANYBODY
from wire.views import Endpoint

METHODS = ("get", "post", "put", "patch", "delete")
CONSOLE = "admin/"  # its own sign-in, for administrators
_VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")


def served() -> Mapping[str, str]:
    """Return the scope that each route declares, by method and path: `GET /api/tasks/{task_id}`.

    Empty where a view declares none; pages are anybody's.
    """
    return {
        f"{method.upper()} /{path}": _scope(view, method.upper())
        for path, view in _walk(get_resolver().url_patterns, "")
        for method in METHODS
        if hasattr(view, method)
    }


def _scope(view: type, method: str) -> str:
    return str(view.required_scopes.get(method, "")) if issubclass(view, Endpoint) else ANYBODY


def _walk(patterns: Any, before: str) -> Iterator[tuple[str, type]]:
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver) and path != CONSOLE:
            yield from _walk(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            view = vars(pattern.callback)["view_class"]
            if not issubclass(view, RedirectView):
                yield _VARIABLE.sub(r"{\1}", path), view
