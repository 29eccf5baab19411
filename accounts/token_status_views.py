"""HTTP in, HTTP out: is a token good, and the end of one."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import BadCredential, InvalidClient, InvalidTokenRequest, RefreshRefused
from accounts.oauth_views import authenticated
from accounts.operations import introspection
from accounts.principals import Principal
from accounts.scopes import ANYBODY
from accounts.serializers import Introspection, TokenForm
from accounts.throttles import PerTokenCaller
from audit.http import recording_for
from wire.described import described
from wire.parsers import StrictFormParser, form_of
from wire.serializers import validated
from wire.views import Endpoint


@described(tags=["oauth"])
class Introspect(Endpoint):
    """Introspection (RFC 7662)."""

    throttle_classes = (PerTokenCaller,)
    parser_classes = (StrictFormParser,)
    required_scopes = {"POST": ANYBODY}

    @described(request=TokenForm, responses=Introspection)
    def post(self, request: Request) -> Response:
        """Tell whether a token is active, and what it says.

        The caller shows a client's secret, by HTTP Basic or in the form, or a bearer token of its
        own. Whatever is wrong with the token asked about, the answer is 200 `{"active": false}`.
        """
        form = validated(form_of(request), TokenForm)
        caller: object = request.user
        if not isinstance(caller, Principal):
            _only_by_secret(form)
            with authenticated(request, form, self.at) as client:
                if client is None:
                    raise InvalidClient
        return Response(introspection.describe(form["token"], self.at))


@described(tags=["oauth"])
class Revoke(Endpoint):
    """Revocation (RFC 7009)."""

    authentication_classes = ()
    throttle_classes = (PerTokenCaller,)
    parser_classes = (StrictFormParser,)
    required_scopes = {"POST": ANYBODY}

    @described(request=TokenForm, responses={200: None})
    def post(self, request: Request) -> Response:
        """End the session of a refresh token, or of an access token; answers 200 whatever it was.

        Holding the token is enough; a client's credential is checked where one is shown. An
        access token without a session, as agents have, ends nothing: it lives for minutes.
        """
        form = validated(form_of(request), TokenForm)
        _only_by_secret(form)
        with authenticated(request, form, self.at):
            try:
                with recording_for(request) as journal:
                    introspection.revoke(form["token"], journal)
            except (RefreshRefused, BadCredential):
                pass  # RFC 7009, section 2.2: the client's wish is fulfilled already
        return Response({})


def _only_by_secret(form: dict[str, str]) -> None:
    """Refuse an assertion here: it buys one token, and nothing is bought."""
    if form.get("client_assertion") or form.get("client_assertion_type"):
        raise InvalidTokenRequest(reason="assertions are taken at the token endpoint alone.")
