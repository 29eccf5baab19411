"""HTTP in, HTTP out: sign-in, sessions and who the caller is."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import guesses
from accounts.errors import RefreshRefused, SignInFailed, SignInOff
from accounts.models import Session
from accounts.operations import keys, sessions, tokens
from accounts.permissions import caller_of
from accounts.scopes import ANYBODY, SIGNED_IN
from accounts.serializers import Me, RefreshBody, SessionOut, SignInBody, TokenPair
from accounts.throttles import PerTokenCaller, address_of, demand
from audit.http import recording_for
from wire.described import described
from wire.orders import Column
from wire.pages import PageQuery, page
from wire.renderers import answered
from wire.serializers import read_body
from wire.views import Endpoint

NEWEST = (Column("created_at", descending=True), Column("id"))


class TokenEndpoint(Endpoint):
    """A route that gives out tokens: the caller is not known yet."""

    authentication_classes = ()
    throttle_classes = (PerTokenCaller,)
    required_scopes = {"POST": ANYBODY}


@described(tags=["tokens"])
class SignIn(TokenEndpoint):
    """First-party sign-in."""

    @described(request=SignInBody, responses=TokenPair)
    def post(self, request: Request) -> HttpResponse:
        """Sign in with a handle (or e-mail) and a password; answers an access and a refresh token.

        Off in production unless `ALLOW_PASSWORD_SIGN_IN` says otherwise.
        """
        if not settings.CONTRACT.allow_password_sign_in:
            raise SignInOff
        body = read_body(request, SignInBody)
        audience = tokens.audience_named(body.get("audience", ""))
        keys.signer(self.at, audience.algorithm)
        guess = guesses.take(body["username"], address_of(request), self.at)
        demand(self, guess.verdict)
        try:
            account = sessions.vouch(body["username"], body["password"])
        except SignInFailed:
            with recording_for(request) as journal:
                sessions.note_failure(body["username"], journal)
            raise
        guess.was_right(self.at)
        with recording_for(request) as journal:
            begun = sessions.begin(account, audience, journal)
        return answered(request, pair(begun, self.at))


@described(tags=["tokens"])
class Refresh(TokenEndpoint):
    """Rotation of a refresh token."""

    @described(request=RefreshBody, responses=TokenPair)
    def post(self, request: Request) -> HttpResponse:
        """Trade a refresh token for a new pair.

        The old one stays good for some seconds, until its successor is used; used later, it ends
        the session.
        """
        body = read_body(request, RefreshBody)
        shown = sessions.read_token(body["refresh"])
        with recording_for(request, lazily=True) as journal:
            refreshed = sessions.refresh(shown, journal)
        return answered(request, pair(refreshed, self.at))


@described(tags=["tokens"])
class Revoke(TokenEndpoint):
    """Revocation of a refresh token."""

    @described(request=RefreshBody, responses={200: None})
    def post(self, request: Request) -> Response:
        """End the session of a refresh token; answers 200 whatever it was (RFC 7009)."""
        body = read_body(request, RefreshBody)
        try:
            shown = sessions.read_token(body["refresh"])
            with recording_for(request) as journal:
                sessions.revoke(shown, journal)
        except RefreshRefused:
            pass  # RFC 7009, section 2.2: the client's wish is fulfilled already
        return Response({})


@described(tags=["sessions"])
class Sessions(Endpoint):
    """The caller's own sessions."""

    required_scopes = {"GET": SIGNED_IN, "DELETE": SIGNED_IN}
    queries = {"GET": PageQuery}

    @described(responses=SessionOut(many=True))
    def get(self, request: Request) -> Response:
        """List the caller's living sessions, newest first."""
        caller = caller_of(request)
        found = page(Session.objects.of(caller, self.at), NEWEST, self.query)
        return Response(SessionOut(found.rows, many=True).data, headers=found.headers(request))

    @described(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Log out everywhere."""
        with recording_for(request) as journal:
            sessions.end_all(caller_of(request).id, journal)
        return Response(status=204)


@described(tags=["sessions"])
class OneSession(Endpoint):
    """One of the caller's sessions."""

    required_scopes = {"DELETE": SIGNED_IN}

    @described(responses={204: None})
    def delete(self, request: Request, session_id: UUID) -> Response:
        """End one session."""
        with recording_for(request) as journal:
            sessions.end(session_id, caller_of(request).id, journal)
        return Response(status=204)


@described(tags=["tokens"])
class WhoAmI(Endpoint):
    """The caller."""

    required_scopes = {"GET": SIGNED_IN}

    @described(responses=Me)
    def get(self, request: Request) -> Response:
        """Tell the caller who it is to this service."""
        caller = caller_of(request)
        return Response(
            {
                "id": caller.id,
                "actor_type": caller.actor_type.value,
                "role": caller.role.value,
                "scopes": sorted(caller.scopes),
                "method": caller.method,
                "client_id": caller.client_id,
                "on_behalf_of": caller.on_behalf_of or None,
            }
        )


def pair(refreshed: sessions.Refresh, at: datetime) -> dict[str, Any]:
    """Return the pair. Raises RefreshRefused when the token shown had been used up."""
    if refreshed.token is None:
        raise RefreshRefused
    session = refreshed.session
    minted = tokens.mint(
        tokens.grant_of(session),
        alg=session.audience.algorithm,
        at=at,
        lifetime=tokens.seconds_left(session, at),
    )
    return {
        "access": minted.token,
        "refresh": refreshed.token,
        "token_type": "Bearer",
        "expires_in": minted.seconds,
    }
