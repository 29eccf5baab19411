"""HTTP in, HTTP out: what anybody may know of the issuer."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpResponse
from rest_framework.request import Request

from accounts import metadata, shapes
from accounts.operations import audiences, statements
from accounts.scopes import ANYBODY, Scope
from accounts.serializers import (
    AuthorizationServer,
    ProtectedResource,
    StatementKeySet,
    TokenShapes,
)
from wire.described import described
from wire.views import Endpoint

FRESH_SECONDS = 300


class PublicDocument(Endpoint):
    """A document that everybody may read, keep for some minutes, and ask for again cheaply."""

    authentication_classes = ()
    throttle_classes = ()
    required_scopes = {"GET": ANYBODY}

    def answer(self, request: Request, document: Mapping[str, Any]) -> HttpResponse:
        """Answer the document, or 304 (RFC 9110, section 13.1.2)."""
        content = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        held = request.headers.get("If-None-Match", "").split(",")
        unchanged = tag in {given.strip().removeprefix("W/") for given in held}
        answer = HttpResponse(
            b"" if unchanged else content,
            status=304 if unchanged else 200,
            content_type="application/json",
        )
        answer["ETag"] = tag
        answer["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
        answer["Access-Control-Allow-Origin"] = "*"
        return answer


@described(tags=["discovery"])
class Issuer(PublicDocument):
    """The issuer's metadata, under both of its names."""

    @described(responses=AuthorizationServer)
    def get(self, request: Request) -> HttpResponse:
        """Answer where the issuer's endpoints are and what they take (RFC 8414).

        The same facts at `/.well-known/openid-configuration`, where some libraries look alone.
        """
        return self.answer(request, metadata.authorization_server(settings.CONTRACT.base_url))


@described(tags=["discovery"])
class Resource(PublicDocument):
    """The metadata of this API as a resource, or of a part of it."""

    path: ClassVar[str] = ""
    scopes: ClassVar[Iterable[Scope]] = tuple(Scope)

    @described(responses=ProtectedResource)
    def get(self, request: Request) -> HttpResponse:
        """Answer who issues the tokens that this resource takes (RFC 9728)."""
        base = settings.CONTRACT.base_url
        return self.answer(request, metadata.protected_resource(base, self.path, self.scopes))


class MCPResource(Resource):
    """The metadata of the MCP endpoint."""

    path = "/mcp"
    scopes = (Scope.TASKS_READ, Scope.TASKS_WRITE)


@described(tags=["discovery"])
class Shapes(PublicDocument):
    """The shapes of token payloads."""

    @described(responses=TokenShapes)
    def get(self, request: Request) -> HttpResponse:
        """Answer a JSON Schema per payload version, and which audience gets which.

        A payload satisfies the schema of each version that its audience accepts.
        """
        return self.answer(request, shapes.published(audiences.receivers()))


@described(tags=["discovery"])
class StatementKeys(PublicDocument):
    """Every key that ever signed."""

    @described(responses=StatementKeySet)
    def get(self, request: Request) -> HttpResponse:
        """Answer every key that was ever published, with the time each counts for.

        For receipts and checkpoints, which outlive their keys; never for access tokens. A
        statement is good if its key was when it was signed: `nbf` ≤ `iat` < `exp`, and before
        `revoked.revoked_at`.
        """
        return self.answer(request, statements.archive(self.at))
