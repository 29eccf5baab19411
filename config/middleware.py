"""What surrounds every request: its id, its log line, its limits and its headers."""

import logging
import re
import time
import uuid
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.http.request import split_domain_port, validate_host
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

from accounts.principals import Principal
from audit.actors import Origin
from config.answers import problem_response
from config.client_address import client_address
from config.problems import Problem
from wire.clock import now
from wire.headers import checked, complete, said

log = logging.getLogger("taskflow.request")

Handler = Callable[[HttpRequest], HttpResponseBase]

# RFC 9110, section 8.6: a 204 has no length, and the 304 of a body that is not sent not 0.
BODILESS = frozenset({204, 304})
OWN = {"Cache-Control": "no-store", "Vary": "Authorization"}  # of an answer for one alone
REQUEST_ID = re.compile(r"\A[A-Za-z0-9._-]{8,128}\Z")
TRACEPARENT = re.compile(r"\A[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}\Z")
CLOUD_TRACE = re.compile(r"\A([0-9a-fA-F]{32})(/|\Z)")
PROBED = frozenset({"/health", "/health/ready"})
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class RequestContext:
    """Give the request its instant, its id and its origin; write one line about it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with `X-Request-ID` set."""
        started = time.perf_counter()
        request_id = inbound_id(said(request, "X-Request-ID") or "")
        request.at = now()  # type: ignore[attr-defined]
        request.origin = origin_of(request, request_id)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        if isinstance(response, HttpResponse) and response.status_code not in BODILESS:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        log.info("request", extra=line(request, response, started))
        return response


def inbound_id(given: str) -> str:
    """Return the caller's request id when it is well-formed, else a new one."""
    return given if REQUEST_ID.match(given) else uuid.uuid4().hex


def origin_of(request: HttpRequest, request_id: str) -> Origin:
    """Return where the request comes from, as the audit keeps it."""
    contract = settings.CONTRACT
    forwarded = said(request, "X-Forwarded-For") or ""
    agent = said(request, "User-Agent") or ""
    return Origin(
        request_id=request_id,
        ip=client_address(
            request.META.get("REMOTE_ADDR", ""), forwarded, contract.trusted_proxy_hops
        ),
        user_agent=printable(agent)[:255],
        release=contract.release,
    )


def printable(text: str) -> str:
    """Return the characters of a text that can be shown."""
    return text if text.isprintable() else "".join(c for c in text if c.isprintable())


def trace_of(environ: Mapping[str, Any]) -> str | None:
    """Return the trace id of `traceparent` (W3C) or `X-Cloud-Trace-Context`."""
    found = TRACEPARENT.match(environ.get("HTTP_TRACEPARENT", "")) or CLOUD_TRACE.match(
        environ.get("HTTP_X_CLOUD_TRACE_CONTEXT", "")
    )
    if not found:
        return None
    project = settings.CONTRACT.gc_project
    return f"projects/{project}/traces/{found[1]}" if project else found[1]


def line(request: HttpRequest, response: HttpResponseBase, started: float) -> dict[str, Any]:
    """Return the fields of the request's log line; no query string, no header, no body."""
    match = request.resolver_match
    user = vars(request).get("user")
    caller = user if isinstance(user, Principal) else None
    return {
        "request_id": response["X-Request-ID"],
        "logging.googleapis.com/trace": trace_of(request.META),
        "method": request.method,
        "route": match.route if match else None,
        "path": request.path[:200],
        "status": response.status_code,
        "ms": round((time.perf_counter() - started) * 1000, 1),
        "actor": caller and caller.id,
        "actor_type": caller and caller.actor_type.value,
    }


class SecurityHeaders:
    """Set the headers every answer carries."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.fixed = checked(fixed_headers())
        self.private = {**self.fixed, **checked(OWN)}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the headers, keeping those a view set itself."""
        response = self.get_response(request)
        is_private = depends_on_credential(request) and not is_public(response)
        if is_private and "Vary" in response.headers:
            patch_vary_headers(response, [OWN["Vary"]])
        complete(response, self.private if is_private else self.fixed)
        return response


def fixed_headers() -> dict[str, str]:
    """Return what every answer carries unless its view says otherwise."""
    fixed = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Frame-Options": "DENY",
    }
    if settings.SECURE_HSTS_SECONDS:
        fixed["Strict-Transport-Security"] = (
            f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
        )
    return {**fixed, "Content-Security-Policy": CSP}


def depends_on_credential(request: HttpRequest) -> bool:
    """Tell whether the answer was, or would have been, somebody's own."""
    return (
        request.path.startswith(("/api/", "/oauth/", "/mcp", "/admin"))
        or said(request, "Authorization") is not None
        or said(request, "X-Admin-API-Key") is not None
    )


def is_public(response: HttpResponseBase) -> bool:
    """Tell whether the view gives everybody the same, and says so."""
    return response.headers.get("Cache-Control", "").startswith("public")


class BodyLimit:
    """Refuse a body that is too large or of unknown length before reading it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer 411 or 413, else go on."""
        length = request.META.get("CONTENT_LENGTH") or ""
        if not length and request.META.get("HTTP_TRANSFER_ENCODING"):
            return problem_response(request, LENGTH_REQUIRED)
        if length.isascii() and length.isdigit() and int(length) > settings.CONTRACT.max_body_bytes:
            return problem_response(request, TOO_LARGE)
        return self.get_response(request)


LENGTH_REQUIRED = Problem(411, "length_required", "Send a Content-Length.")
TOO_LARGE = Problem(413, "body_too_large", "The body is larger than the limit.")
UNKNOWN_HOST = Problem(400, "unknown_host", "This service does not answer under that host name.")


class HostCheck:
    """Refuse a Host that is not ours, as JSON; a platform's probe may call us what it likes."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer 400, else go on."""
        try:
            if not is_ours(said(request, "Host") or "") and request.path not in PROBED:
                request.get_host()
        except DisallowedHost:
            return problem_response(request, UNKNOWN_HOST)
        return self.get_response(request)


@lru_cache(maxsize=64)
def is_ours(host: str) -> bool:
    """Tell whether we answer under a host name."""
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


class ConsoleOnly(MiddlewareMixin):
    """Skip a middleware outside the console: the API has no cookies."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Run the middleware under `/admin` alone."""
        if request.path.startswith("/admin"):
            return cast("HttpResponseBase", super().__call__(request))
        return cast("HttpResponseBase", self.get_response(request))


class ConsoleSession(ConsoleOnly, SessionMiddleware):
    """Sessions for the console."""


class ConsoleAuthentication(ConsoleOnly, AuthenticationMiddleware):
    """The signed-in member of staff."""


class ConsoleMessages(ConsoleOnly, MessageMiddleware):
    """Notices after an action."""


class ConsoleCsrf(ConsoleOnly, CsrfViewMiddleware):
    """Cross-site request forgery protection, where there are cookies to forge with."""

    def process_view(
        self, request: HttpRequest, callback: Any, callback_args: Any, callback_kwargs: Any
    ) -> HttpResponseForbidden | None:
        """Check the token under `/admin` alone."""
        if not request.path.startswith("/admin"):
            return None
        return super().process_view(request, callback, callback_args, callback_kwargs)
