"""How is a refusal told? One body for every route (RFC 9457)."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from itertools import islice
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework import exceptions as drf
from rest_framework.request import Request
from rest_framework.response import Response

from audit.errors import NotSealedYet
from config.problems import Problem, problem_of
from idempotency.errors import KeyInUse
from migrations_ops.errors import AlreadyRunning
from wire.errors import DomainError, Fault, InvalidInput
from wire.negotiation import PROBLEM, wants_problem
from wire.serializers import faults_in

RETRY_SECONDS = 2
MOST_FAULTS = 100  # listed; a body of the largest size can have a hundred thousand
BUSY = (KeyInUse, NotSealedYet, AlreadyRunning)
OAUTH_CODES = {401: "invalid_client", 403: "access_denied", 500: "server_error",
               503: "temporarily_unavailable"}  # fmt: skip


def problem_for(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn what a view raised into its answer (DRF's exception handler)."""
    problem = problem_of(error)
    if problem is None:
        return None
    request: Request = context["request"]
    faults = list(islice(faults_of(error), MOST_FAULTS))
    body = {
        **members_of(error),
        **body_of(request, problem, sentence_of(error, problem), faults),
    }
    return Response(
        body,
        status=body["status"],
        headers=headers_of(request, body["status"], error),
        content_type=content_type(request),
    )


def problem_response(
    request: Request | HttpRequest, problem: Problem, sentence: str | None = None
) -> HttpResponse:
    """Answer with a problem outside a view of the API."""
    body = body_of(request, problem, sentence or problem.sentence, [])
    return HttpResponse(
        json.dumps(body, ensure_ascii=False),
        status=body["status"],
        headers=headers_of(request, body["status"], None),
        content_type=content_type(request) or "application/json",
    )


def sentence_of(error: Exception, problem: Problem) -> str:
    """Return the public sentence: the problem's own, else what the error says."""
    if problem.sentence:
        return problem.sentence
    return str(error.detail if isinstance(error, drf.APIException) else error)


def members_of(error: Exception) -> dict[str, object]:
    """Return the error's own members (RFC 9457, section 3.2); none takes the place of ours."""
    if not isinstance(error, DomainError):
        return {}
    return {name: error.facts[name] for name in error.members}


def body_of(
    request: Request | HttpRequest, problem: Problem, sentence: str, faults: list[Fault]
) -> dict[str, Any]:
    """Return the one error body of every route."""
    oauth = request.path.startswith("/oauth/")
    status = 400 if oauth and problem.status == HTTPStatus.UNPROCESSABLE_ENTITY else problem.status
    body: dict[str, Any] = {
        "error": sentence,
        "status_code": status,
        "code": problem.code,
        "type": f"{settings.CONTRACT.base_url}/problems#{problem.code}",
        "title": problem.code.replace("_", " ").capitalize(),
        "status": status,
        "detail": sentence,
        "request_id": request.origin.request_id,  # type: ignore[union-attr]
    }
    if oauth:
        body["error"] = problem.oauth or OAUTH_CODES.get(status, "invalid_request")
        body["error_description"] = sentence
    if faults:
        body["errors"] = [
            {"pointer": fault.pointer, "message": fault.message, "code": fault.code}
            for fault in faults
        ]
    return body


def headers_of(
    request: Request | HttpRequest, status: int, error: Exception | None
) -> dict[str, str]:
    """Return the headers that belong to the status."""
    if status == HTTPStatus.UNAUTHORIZED:
        basic = request.path.startswith("/oauth/")
        scheme = "Basic" if basic else "Bearer"
        rest = "" if basic else ', error="invalid_token"'
        return {"WWW-Authenticate": f'{scheme} realm="taskflow"{rest}'}
    if status == HTTPStatus.SERVICE_UNAVAILABLE or isinstance(error, BUSY):
        return {"Retry-After": str(getattr(error, "wait", RETRY_SECONDS))}
    if isinstance(error, drf.Throttled):
        return {"Retry-After": str(getattr(error, "wait", None) or 1)}
    return {}


def content_type(request: Request | HttpRequest) -> str | None:
    """Return the problem media type for a client that asked for it."""
    return PROBLEM if wants_problem(request.headers.get("Accept", "")) else None


def faults_of(error: Exception) -> Iterator[Fault]:
    """Yield each thing wrong with the input, with a pointer to its place."""
    if isinstance(error, InvalidInput):
        yield from error.faults
    elif isinstance(error, drf.ValidationError):
        yield from faults_in(error.detail)


def answers_json(request: HttpRequest) -> bool:
    """Tell whether a failure outside the API's views is told as JSON: all but the console."""
    return not request.path.startswith("/admin")
