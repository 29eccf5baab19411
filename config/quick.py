"""What is answered without Django's cycle? The public keys, to whoever asks for them plainly.

Each service that verifies our tokens asks for them again and again, and nothing of the caller
decides the answer. Whatever is not plain (another method, a query, a body, other media types, a
host that is not ours, a ring that has to be read first) goes the way of all requests, and so does
everything where answers are counted. The answer is the same (docs/adr/0027).
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from accounts import published
from accounts.vault import VAULT
from config.middleware import fixed_headers, inbound_id, is_ours, trace_of
from wire.clock import now
from wire.negotiation import ANYTHING, PLAIN

Environ: TypeAlias = dict[str, Any]
Start: TypeAlias = Callable[..., Any]
Application: TypeAlias = Callable[[Environ, Start], Iterable[bytes]]

log = logging.getLogger("taskflow.request")

PATHS = {"/.well-known/jwks.json": ".well-known/jwks.json", "/api/auth/jwks": "api/auth/jwks"}
STATUS = {200: "200 OK", 304: "304 Not Modified"}


class Quick:
    """A WSGI application in front of another."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._fixed = [("Allow", "GET, HEAD"), *fixed_headers().items()]

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Answer, or have the other application do so."""
        if environ["PATH_INFO"] in PATHS and is_plain(environ):
            started, at = time.perf_counter(), now()
            ring = VAULT.at_hand(at)
            if ring is not None:
                found = published.keys(ring, at)
                return self._answer(environ, start_response, found, started)
        return self._application(environ, start_response)

    def _answer(
        self, environ: Environ, start: Start, found: published.Published, started: float
    ) -> list[bytes]:
        is_known = found.is_known(environ.get("HTTP_IF_NONE_MATCH", ""))
        status, content = (304, b"") if is_known else (200, found.content)
        request_id = inbound_id(environ.get("HTTP_X_REQUEST_ID", ""))
        length = [] if is_known else [("Content-Length", str(len(content)))]
        own = [*found.headers.items(), *self._fixed, ("X-Request-ID", request_id), *length]
        start(STATUS[status], own)
        log.info("request", extra=line(environ, status, request_id, started))
        return [content]


def is_plain(environ: Mapping[str, Any]) -> bool:
    """Tell whether a request asks for no more than a representation in JSON."""
    return (
        environ["REQUEST_METHOD"] == "GET"
        and not environ.get("QUERY_STRING")
        and not environ.get("CONTENT_LENGTH")
        and "HTTP_TRANSFER_ENCODING" not in environ
        and environ.get("HTTP_ACCEPT", ANYTHING) in PLAIN
        and not environ.get("SCRIPT_NAME")
        and is_ours(environ.get("HTTP_HOST", ""))
    )


def line(
    environ: Mapping[str, Any], status: int, request_id: str, started: float
) -> dict[str, Any]:
    """Return the fields of the request's log line, as config.middleware has them."""
    return {
        "request_id": request_id,
        "logging.googleapis.com/trace": trace_of(environ),
        "method": "GET",
        "route": PATHS[environ["PATH_INFO"]],
        "path": environ["PATH_INFO"],
        "status": status,
        "ms": round((time.perf_counter() - started) * 1000, 1),
        "actor": None,
        "actor_type": None,
    }
