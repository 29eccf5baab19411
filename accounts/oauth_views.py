"""HTTP in, HTTP out: the OAuth token endpoint and the public keys."""

import hashlib
import json

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.client_credentials import presented
from accounts.errors import InvalidTokenRequest, UnsupportedGrant
from accounts.operations import clients, keys, tokens
from accounts.scopes import ANYBODY, spell
from accounts.serializers import JWKSet, OAuthForm, OAuthToken
from accounts.vault import VAULT
from audit.http import recording_for
from wire.parsers import StrictFormParser
from wire.serializers import read_body
from wire.views import Endpoint


@extend_schema(tags=["oauth"])
class Token(Endpoint):
    """The token endpoint (RFC 6749, section 3.2)."""

    authentication_classes = ()
    parser_classes = (StrictFormParser,)
    required_scopes = {"POST": ANYBODY}

    @extend_schema(request=OAuthForm, responses=OAuthToken)
    def post(self, request: Request) -> Response:
        """Give a client (an agent, a service) an access token for its id and secret.

        `grant_type=client_credentials`; the client authenticates by HTTP Basic or in the form.
        `audience` or `resource` chooses a registered audience, `scope` narrows what it holds.
        """
        if "grant_type" not in (request.data or {}):
            raise InvalidTokenRequest(reason="grant_type is missing.")
        form = read_body(request, OAuthForm)
        if form["grant_type"] != "client_credentials":
            raise UnsupportedGrant
        account = clients.authenticate(*presented(request.headers.get("Authorization"), form))
        audience = tokens.audience_named(form.get("audience", ""), form.get("resource", ""))
        keys.signer(self.at, audience.algorithm)
        with recording_for(request) as journal:
            grant = clients.grant(account, audience, form.get("scope", ""), journal)
        return Response(
            {
                "access_token": tokens.mint(grant, alg=audience.algorithm, at=self.at),
                "token_type": "Bearer",
                "expires_in": settings.CONTRACT.access_token_seconds,
                "scope": spell(grant.scopes),
            }
        )


@extend_schema(tags=["discovery"])
class JWKS(Endpoint):
    """The public keys."""

    authentication_classes = ()
    required_scopes = {"GET": ANYBODY}

    @extend_schema(responses=JWKSet)
    def get(self, request: Request) -> HttpResponse:
        """Answer the public keys that verify our tokens (RFC 7517).

        Cache it as long as `Cache-Control` says and no longer; ask again for an unknown `kid`.
        """
        contract = settings.CONTRACT
        ring = VAULT.ring(self.at)
        content = json.dumps(ring.jwks(self.at), separators=(",", ":")).encode()
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        age = ring.max_age(self.at, contract.jwks_max_age, skew=contract.clock_skew_seconds)
        fresh = request.headers.get("If-None-Match", "")
        unchanged = tag in {given.strip().removeprefix("W/") for given in fresh.split(",")}
        answer = HttpResponse(
            b"" if unchanged else content,
            status=304 if unchanged else 200,
            content_type="application/json",
        )
        answer["ETag"] = tag
        answer["Cache-Control"] = f"public, max-age={age}"
        answer["Access-Control-Allow-Origin"] = "*"
        return answer
