"""The pages for people who write clients. Every asset is our own; no script stands in a page."""

import hashlib
import json
import secrets
from functools import cache
from threading import Lock
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition
from django.views.generic import TemplateView, View
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import spectacular_settings

from accounts.scopes import ANYBODY
from config.answers import problem_response
from config.middleware import CSP
from config.problem_list import ProblemGroup, problem_groups
from config.problems import Problem
from config.version import VERSION

_NOT_ALLOWED = Problem(405, "method_not_allowed", "This page can only be read.")
_generating = Lock()


class Readable(View):
    """A route that anybody may read and nobody may change."""

    http_method_names = ["get", "head", "options"]
    required_scopes = {"GET": ANYBODY}

    def http_method_not_allowed(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Answer 405 as JSON."""
        response = problem_response(request, _NOT_ALLOWED)
        response["Allow"] = ", ".join(name.upper() for name in self.http_method_names)
        return response


class OpenAPI(Readable):
    """The OpenAPI document, made from the running code."""

    @method_decorator(gzip_page)
    @method_decorator(condition(etag_func=lambda _: etag()))
    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer the document, or 304; caches ask each time whether it is still the same."""
        response = HttpResponse(document(), content_type="application/json")
        response["Cache-Control"] = "public, no-cache"
        return response


def document() -> bytes:
    """Return the document of this process, made when it is first asked for, by one thread."""
    with _generating:
        return _document()


def etag() -> str:
    """Return the document's strong validator (RFC 9110, section 8.8.3)."""
    return f'"{hashlib.sha256(document()).hexdigest()[:32]}"'


@cache
def _document() -> bytes:
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    schema = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return json.dumps(schema, ensure_ascii=False, separators=(",", ":")).encode()


class Page(Readable, TemplateView):
    """A page with the header that all of them share."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the header shows beside the page's own content."""
        return super().get_context_data(version=VERSION, **kwargs)


class Swagger(Page):
    """Every operation, ready to be tried."""

    template_name = "docs/swagger.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the settings of Swagger UI, which its script reads from the page."""
        settings = json.dumps(spectacular_settings.SWAGGER_UI_SETTINGS)
        return super().get_context_data(settings=settings, **kwargs)


class Redoc(Page):
    """Every operation, to be read at length.

    Redoc puts its style sheets into the page while it runs, and searches in a worker made of its
    own text. So this page alone admits style elements with a nonce, and workers from blobs.
    """

    template_name = "docs/redoc.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with a nonce of its own each time."""
        nonce = secrets.token_urlsafe(16)
        response = super().get(request, *args, nonce=nonce, **kwargs)
        policy = CSP.replace("style-src 'self'", f"style-src 'self' 'nonce-{nonce}'")
        response["Content-Security-Policy"] = f"{policy}; worker-src blob:"
        response["Cache-Control"] = "no-store"
        return response


class Problems(Page):
    """Every problem code, where the `type` of an error leads to."""

    template_name = "docs/problems.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the problems by status."""
        groups: list[ProblemGroup] = problem_groups()
        return super().get_context_data(groups=groups, **kwargs)
