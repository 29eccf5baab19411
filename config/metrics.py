"""How many, how fast, with what result? Per route, for Prometheus; loaded only where METRICS is on.

Under gunicorn each worker counts in files of its own and whichever is asked adds them up, so that a
scrape is of the whole instance. Another instance is another target: ask them all, or a collector.
"""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from rest_framework.request import Request

from accounts.scopes import Scope
from wire.described import described
from wire.negotiation import AnyAccepted
from wire.views import Endpoint

Handler = Callable[[HttpRequest], HttpResponseBase]

# Labels are few whatever a client sends: neither its paths nor methods of its own become one.
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
UNKNOWN = "unknown"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

ANSWERS = Counter("taskflow_answers", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "taskflow_answer_seconds", "Time to the answer.", ["method", "route"], buckets=BUCKETS
)


class Counted:
    """Count every answer, whoever gave it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then count."""
        started = time.perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.route if request.resolver_match else UNKNOWN
        method = request.method if request.method in METHODS else UNKNOWN
        ANSWERS.labels(method, route, response.status_code).inc()
        SECONDS.labels(method, route).observe(time.perf_counter() - started)
        return response


class Metrics(Endpoint):
    """What was counted; it tells how the service is used, so not everybody sees it."""

    required_scopes = {"GET": Scope.AUDIT_READ}
    content_negotiation_class = AnyAccepted

    @described(responses={(200, "text/plain"): str})
    def get(self, request: Request) -> HttpResponse:
        """Show what all processes of this instance counted, as Prometheus reads it."""
        return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    """Return the counts of all processes, or of this one where it is alone."""
    registry = CollectorRegistry()
    try:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    except ValueError:  # nobody made a folder for several
        return REGISTRY
    return registry
