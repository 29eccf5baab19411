"""The least a WSGI server can do: the limit for an answer that needs no thinking."""

from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.peers.environment import JWKS_BYTES

HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(JWKS_BYTES)))]


def application(_: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with the same bytes, whatever was asked."""
    start_response("200 OK", HEADERS)
    return [JWKS_BYTES]
