"""How does staff enter the console through the outside provider? To it and back, in two steps.

Both are plain links: a form could not lead there under `form-action 'self'`. What the answer has
to fit lies in a cookie of this browser alone, so nobody can be led into somebody else's sign-in.
"""

from dataclasses import asdict
from typing import cast

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import View
from rest_framework.exceptions import Throttled

from accounts import openid
from accounts.errors import MayNotEnter, NotVouchedFor, SignInLost
from accounts.operations import sign_ins
from accounts.purse import PURSE
from accounts.scopes import ANYBODY
from accounts.throttles import address_of, policy_named
from audit.http import Situated, recording_for
from config.answers import headers_of, sentence_of
from config.problems import UNEXPECTED, problem_of
from wire.errors import DomainError

SECONDS = 600  # to sign in over there
LONGEST_NEXT = 1024  # characters: a cookie has 4096 bytes
SALT = "console.sign-in"

REFUSALS = (SignInLost, NotVouchedFor, MayNotEnter)
TOLD = (DomainError, Throttled, OperationalError, InterfaceError)


class Step(View):
    """A step that is taken by following a link."""

    http_method_names = ["get"]
    required_scopes = {"GET": ANYBODY}


class Begin(Step):
    """The way to the provider."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Send the browser there, with a cookie of what is asked; to the form without provider."""
        if not openid.is_set_up():
            return HttpResponseRedirect(reverse("admin:login"))
        attempt = openid.begin(next_of(request))
        answer = HttpResponseRedirect(openid.address_of(attempt, redirect_uri()))
        answer.set_cookie(
            cookie(),
            signing.dumps(asdict(attempt), salt=SALT),
            max_age=SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",  # the way back is a link of somebody else's
        )
        return answer


class Finish(Step):
    """The way back."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Sign in whom the provider vouches for, or tell why not; either way the try is over."""
        try:
            answer = self._enter(request)
        except TOLD as error:
            answer = told(request, error)
        answer.delete_cookie(cookie(), samesite="Lax")
        return answer

    def _enter(self, request: HttpRequest) -> HttpResponse:
        at = cast("Situated", request).at
        spend(request)
        try:
            attempt = attempt_of(request)
            answer = answer_of(request)
            identity = openid.identity(answer, attempt, redirect_uri=redirect_uri(), at=at)
            with recording_for(request) as journal:
                account = sign_ins.enter(identity, journal)
                request.session.flush()  # also where the same person was in already
                login(request, account)
        except REFUSALS as refusal:
            with recording_for(request) as journal:
                sign_ins.note_refusal(refusal, journal)
            raise
        return HttpResponseRedirect(attempt.next)


def redirect_uri() -> str:
    """Return the one address the provider may answer to, whatever Host was asked for."""
    return f"{settings.CONTRACT.base_url}{reverse('signed-in')}"


def cookie() -> str:
    """Return the cookie's name; with TLS one that no other host can set (RFC 6265bis, 4.1.3.2)."""
    return "__Host-sign-in" if settings.SESSION_COOKIE_SECURE else "sign-in"


def next_of(request: HttpRequest) -> str:
    """Return the page of ours to go on to: the one asked for, else the console's first."""
    asked = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        asked, {request.get_host()}, require_https=request.is_secure()
    )
    return asked if is_ours and len(asked) <= LONGEST_NEXT else reverse("admin:index")


def attempt_of(request: HttpRequest) -> openid.Attempt:
    """Return the sign-in that this browser is about. Raises SignInLost."""
    try:
        kept = signing.loads(request.COOKIES.get(cookie(), ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature as error:
        raise SignInLost from error
    return openid.Attempt(**kept)


def answer_of(request: HttpRequest) -> dict[str, str]:
    """Return the parameters given once (RFC 6749, section 3.1: none may be given twice)."""
    return {name: given[0] for name, given in request.GET.lists() if len(given) == 1}


def spend(request: HttpRequest) -> None:
    """Count the try by its address, with those of passwords. Raises Throttled."""
    call = PURSE.spend(policy_named("token"), address_of(request), cast("Situated", request).at)
    if call is not None and not call.admitted:
        raise Throttled(wait=call.wait)


def told(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer with a page that says why nobody was signed in, without asking the database."""
    problem = problem_of(error) or UNEXPECTED
    page = {
        "title": "Not signed in",
        "sentence": sentence_of(error, problem),
        "may_try_again": not isinstance(error, MayNotEnter),
        "provider": openid.provider_host(),
        "user": AnonymousUser(),
        "messages": (),
    }
    answer = render(request, "console/not_signed_in.html", page, status=problem.status)
    for name, value in headers_of(request, problem.status, error).items():
        answer[name] = value
    return answer
