"""HTTP in, HTTP out: the OAuth token endpoint and the public keys."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.http import HttpResponse
from rest_framework.request import Request

from accounts import published
from accounts.client_credentials import presented
from accounts.errors import InvalidClient, InvalidTokenRequest, UnsupportedGrant
from accounts.models import TASKFLOW
from accounts.oauth_grants import GRANTS, Asked
from accounts.operations import clients
from accounts.scopes import ANYBODY
from accounts.serializers import JWKSet, OAuthForm, OAuthToken
from accounts.throttles import PerTokenCaller
from accounts.vault import VAULT
from audit.http import recording_for
from wire.described import described
from wire.headers import said
from wire.parsers import StrictFormParser, form_of
from wire.renderers import answered
from wire.serializers import validated
from wire.views import Endpoint


@described(tags=["oauth"])
class Token(Endpoint):
    """The token endpoint (RFC 6749, section 3.2)."""

    authentication_classes = ()
    throttle_classes = (PerTokenCaller,)
    parser_classes = (StrictFormParser,)
    required_scopes = {"POST": ANYBODY}

    @described(request=OAuthForm, responses=OAuthToken)
    def post(self, request: Request) -> HttpResponse:
        """Give an access token for a client's credential, a refresh token or another token.

        `client_credentials`: agents and services, by HTTP Basic, in the form, or with a signed
        assertion (RFC 7523); no refresh token. `refresh_token`: rotates, as /api/token/refresh.
        `urn:ietf:params:oauth:grant-type:token-exchange` (RFC 8693): a token of Google, of the
        identity provider or of ours in, ours out; an agent that authenticates, or whose token is
        the actor token, acts for the subject. `audience` or `resource` chooses a registered
        audience, `scope` narrows what is given.
        """
        data = form_of(request)
        if not isinstance(data, dict) or not data.get("grant_type"):
            raise InvalidTokenRequest(reason="grant_type is missing.")
        form = validated(data, OAuthForm)
        if form["grant_type"] not in GRANTS:
            raise UnsupportedGrant
        with authenticated(request, form, self.at) as client:
            reply = GRANTS[form["grant_type"]](Asked(request, form, client, self.at))
        return answered(request, reply)


@contextmanager
def authenticated(
    request: Request, form: Mapping[str, str], at: datetime
) -> Iterator[clients.Client | None]:
    """Yield the client of a request, None for the public one; record when it is not authentic.

    Raises InvalidClient, also for an assertion that turns out to be spent while it is used.
    """
    shown = presented(said(request, "Authorization"), form)
    try:
        named = form.get("audience") or TASKFLOW
        yield None if shown is None else clients.authenticate(shown, at, named)
    except InvalidClient as error:
        if shown is not None:
            with recording_for(request) as journal:
                clients.note_failure(shown, error, journal)
        raise


@described(tags=["discovery"])
class JWKS(Endpoint):
    """The public keys."""

    authentication_classes = ()
    throttle_classes = ()
    required_scopes = {"GET": ANYBODY}

    @described(responses=JWKSet)
    def get(self, request: Request) -> HttpResponse:
        """Answer the public keys that verify our tokens (RFC 7517).

        Cache it as long as `Cache-Control` says and no longer; ask again for an unknown `kid`.
        """
        found = published.keys(VAULT.ring(self.at), self.at)
        known = said(request, "If-None-Match") or ""
        status, content = (304, b"") if found.is_known(known) else (200, found.content)
        return HttpResponse(content, status=status, headers=found.headers)
