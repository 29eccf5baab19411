"""How does a refusal meet HTTP? The only place that knows (RFC 9457)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions as drf
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import errors as accounts
from audit import errors as audit
from migrations_ops import errors as oneshots
from tasks import errors as tasks
from wire.errors import DomainError, Fault, InvalidInput
from wire.negotiation import PROBLEM, wants_problem
from wire.parsers import BodyTooLarge

RETRY_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of refusal: status, code for programs, and a sentence when the error has none."""

    status: int
    code: str
    sentence: str = ""
    oauth: str = ""


PROBLEMS: Mapping[type[Exception], Problem] = MappingProxyType({
    # wire
    DomainError: Problem(400, "refused"),
    InvalidInput: Problem(422, "validation_failed"),
    BodyTooLarge: Problem(413, "body_too_large", "The body is larger than the limit."),
    drf.ValidationError: Problem(422, "validation_failed", "The input is not valid."),
    drf.ParseError: Problem(400, "malformed"),
    drf.UnsupportedMediaType: Problem(415, "unsupported_media_type", "Send JSON in UTF-8."),
    drf.NotAcceptable: Problem(406, "not_acceptable", "This service answers in JSON."),
    drf.MethodNotAllowed: Problem(405, "method_not_allowed"),
    drf.NotAuthenticated: Problem(401, "unauthorized", accounts.BadCredential.sentence),
    drf.AuthenticationFailed: Problem(401, "unauthorized", accounts.BadCredential.sentence),
    drf.PermissionDenied: Problem(403, "forbidden", "The caller may not do this."),
    drf.NotFound: Problem(404, "not_found", "There is nothing here."),
    drf.Throttled: Problem(429, "throttled"),
    Http404: Problem(404, "not_found", "There is nothing here."),
    # the database
    OperationalError: Problem(503, "unavailable", "The database is away or busy; try again."),
    InterfaceError: Problem(503, "unavailable", "The database is away or busy; try again."),
    DataError: Problem(422, "validation_failed", "A value does not fit."),
    IntegrityError: Problem(409, "conflict", "The change collides with another one."),
    ProtectedError: Problem(409, "in_use", "Something else still refers to it."),
    # audit
    audit.AuditUnavailable: Problem(503, "audit_unavailable"),
    audit.NoSuchEntry: Problem(404, "not_found", "There is nothing here."),
    # accounts
    accounts.BadCredential: Problem(401, "unauthorized"),
    accounts.SignInFailed: Problem(401, "sign_in_failed"),
    accounts.SignInOff: Problem(404, "not_found", "There is nothing here."),
    accounts.RefreshRefused: Problem(401, "refresh_refused", oauth="invalid_grant"),
    accounts.InvalidClient: Problem(401, "invalid_client", oauth="invalid_client"),
    accounts.InvalidScope: Problem(400, "invalid_scope", oauth="invalid_scope"),
    accounts.InvalidTarget: Problem(422, "invalid_target", oauth="invalid_target"),
    accounts.UnsupportedGrant: Problem(
        400, "unsupported_grant_type", oauth="unsupported_grant_type"
    ),
    accounts.InvalidTokenRequest: Problem(400, "invalid_request", oauth="invalid_request"),
    accounts.NoSuchSession: Problem(404, "not_found", "There is nothing here."),
    accounts.NoSuchAccount: Problem(404, "no_such_account"),
    accounts.HandleTaken: Problem(409, "handle_taken"),
    accounts.UnfitHandle: Problem(422, "unfit_handle"),
    accounts.ScopeNotForAgents: Problem(422, "scope_not_for_agents"),
    accounts.SigningUnavailable: Problem(503, "signing_unavailable"),
    # one-shots
    oneshots.NoSuchOneshot: Problem(404, "no_such_oneshot"),
    oneshots.Tombstoned: Problem(410, "tombstoned"),
    oneshots.AlreadyRunning: Problem(409, "already_running"),
    oneshots.TooManyRows: Problem(409, "too_many_rows"),
    oneshots.RowsRemain: Problem(409, "rows_remain"),
    oneshots.TokenMissing: Problem(403, "migration_token_missing"),
    oneshots.TokenNotOurs: Problem(403, "migration_token_not_ours"),
    oneshots.TokenExpired: Problem(403, "migration_token_expired"),
    oneshots.TokenForOtherOperation: Problem(403, "migration_token_other_operation"),
    oneshots.TokenOfOtherRequester: Problem(403, "migration_token_other_requester"),
    oneshots.TokenOfOtherEnvironment: Problem(403, "migration_token_other_environment"),
    oneshots.TokenForOtherParameters: Problem(403, "migration_token_other_parameters"),
    oneshots.CodeChanged: Problem(403, "code_changed"),
    oneshots.MayNotOperate: Problem(403, "forbidden"),
    # tasks
    tasks.NoSuchTask: Problem(404, "no_such_task"),
    tasks.StepNotAllowed: Problem(400, "step_not_allowed"),
    tasks.StatusOutOfReach: Problem(400, "step_not_allowed"),
    tasks.NotHolder: Problem(403, "not_holder"),
    tasks.StaleFence: Problem(409, "stale_fence"),
    tasks.AssignedToOther: Problem(409, "assigned_to_other"),
    tasks.DependenciesOpen: Problem(409, "dependencies_open"),
    tasks.SubtasksOpen: Problem(409, "subtasks_open"),
    tasks.ParentCompleted: Problem(409, "parent_completed"),
    tasks.OwnWork: Problem(403, "own_work"),
    tasks.PeopleOnly: Problem(403, "people_only"),
    tasks.NotCreator: Problem(403, "not_creator"),
    tasks.HolderNeeded: Problem(409, "holder_needed"),
    tasks.HasSubtasks: Problem(409, "has_subtasks"),
    tasks.HasDependents: Problem(409, "has_dependents"),
    tasks.UnknownPrincipal: Problem(422, "unknown_principal"),
})  # fmt: skip

UNEXPECTED = Problem(500, "internal_error", "Something went wrong on our side; it has been logged.")
OAUTH_CODES = {401: "invalid_client", 403: "access_denied", 500: "server_error",
               503: "temporarily_unavailable"}  # fmt: skip


def problem_of(error: BaseException) -> Problem | None:
    """Return the kind of an error, looked up along its classes; None for one nobody foresaw."""
    return next((PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS), None)


def problem_for(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn what a view raised into its answer (DRF's exception handler)."""
    problem = problem_of(error)
    if problem is None:
        return None
    request: Request = context["request"]
    faults = list(faults_of(error))
    body = body_of(request, problem, sentence_of(error, problem), faults)
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
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": str(RETRY_SECONDS)}
    if isinstance(error, drf.Throttled):
        return {"Retry-After": str(int(getattr(error, "wait", None) or 1) + 1)}
    return {}


def content_type(request: Request | HttpRequest) -> str | None:
    """Return the problem media type for a client that asked for it."""
    return PROBLEM if wants_problem(request.headers.get("Accept", "")) else None


def faults_of(error: Exception) -> Iterator[Fault]:
    """Yield each thing wrong with the input, with a pointer to its place."""
    if isinstance(error, InvalidInput):
        yield from error.faults
    elif isinstance(error, drf.ValidationError):
        yield from _walk(error.detail, "")


def _walk(detail: object, pointer: str) -> Iterator[Fault]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = name == "non_field_errors"
            escaped = str(name).replace("~", "~0").replace("/", "~1")
            yield from _walk(inner, pointer if own else f"{pointer}/{escaped}")
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            deeper = pointer if isinstance(inner, ErrorDetail) else f"{pointer}/{index}"
            yield from _walk(inner, deeper)
    elif isinstance(detail, ErrorDetail):
        yield Fault(pointer or "/", str(detail), detail.code or "invalid")


def answers_json(request: HttpRequest) -> bool:
    """Tell whether a failure outside the API's views is told as JSON: all but the console."""
    return not request.path.startswith("/admin")
