"""Answers where no view was reached, or one broke."""

import sys

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.views import defaults

from config.answers import answers_json, headers_of, problem_response
from config.problems import UNEXPECTED, Problem, problem_of

NOT_FOUND = Problem(404, "not_found", "There is nothing here.")
MALFORMED = Problem(400, "malformed", "The request is malformed.")
FORBIDDEN = Problem(403, "forbidden", "The caller may not do this.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404."""
    if answers_json(request):
        return problem_response(request, NOT_FOUND)
    return defaults.page_not_found(request, exception)


def malformed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400."""
    if answers_json(request):
        return problem_response(request, MALFORMED)
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    if answers_json(request):
        return problem_response(request, FORBIDDEN)
    return defaults.permission_denied(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 503 when it was the database; the log has the traceback, the body not."""
    error = sys.exc_info()[1]
    problem = (error and problem_of(error)) or UNEXPECTED
    if answers_json(request):
        return problem_response(request, problem)
    # No template: what breaks here may be what templates are filled from.
    page = format_html("<!doctype html><title>TaskFlow</title><h1>{}</h1>", problem.sentence)
    headers = headers_of(request, problem.status, None)
    return HttpResponse(page, status=problem.status, headers=headers)
