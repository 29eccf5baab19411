"""An OpenID provider that keeps to the letter: each code once, exact addresses, PKCE, a secret."""

import json
import secrets
from base64 import b64decode
from hashlib import sha256
from html import escape
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from tests.servers.endpoint import HOST, Exchange
from tests.servers.identity_provider import AUDIENCE, SUBJECT, IdentityProvider
from tests.unit.forge import b64

CLIENT_ID = "taskflow-console"
CLIENT_SECRET = "a secret: 100% with + & signs"
OTHER_SUBJECT = "user_9xyZ"

PAGE = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"><title>Provider</title><h1>Who are you?</h1>{links}"""


class OpenIDProvider(IdentityProvider):
    """Asks people who they are, gives out codes, and trades each once for an ID token.

    `changes` are made to the claims of the next ID tokens, `token_answer` stands in for the token
    endpoint, and `asked` holds what authorization requests came.
    """

    def __init__(self, issuer: str = "") -> None:
        super().__init__(issuer)
        self.origin = f"http://{HOST}:{self.server.server_port}"
        self.issuer = issuer or self.origin
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []
        self.changes: dict[str, Any] = {}
        self.token_answer: Any = None
        self.redirect_uri = ""

    @property
    def environ(self) -> dict[str, str]:
        """Return what a service that trusts this provider is started with."""
        return {
            "AUTH_SERVER_URL": self.issuer, "JWKS_URL": f"{self.origin}/keys",
            "AUTH_AUDIENCE": AUDIENCE, "OIDC_CLIENT_ID": CLIENT_ID,
            "OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "OIDC_AUTHORIZATION_URL": f"{self.origin}/authorize?tenant=a%26b",
            "OIDC_TOKEN_URL": f"{self.origin}/token",
        }  # fmt: skip

    def publish(self, exchange: Exchange) -> None:
        """Answer by path."""
        parts = urlsplit(exchange.path)
        query = {name: given[0] for name, given in parse_qs(parts.query).items()}
        if parts.path == "/authorize":
            self.authorize(exchange, query)
        elif parts.path == "/token":
            self.trade(exchange)
        else:
            super().publish(exchange)

    def authorize(self, exchange: Exchange, asked: dict[str, str]) -> None:
        """Offer to sign in as somebody (OpenID Connect Core 1.0, section 3.1.2)."""
        fits = (
            asked.get("tenant") == "a&b"
            and asked.get("response_type") == "code"
            and asked.get("client_id") == CLIENT_ID
            and asked.get("redirect_uri") == self.redirect_uri
            and asked.get("code_challenge_method") == "S256"
            and "openid" in asked.get("scope", "").split()
        )
        if not fits:
            exchange.document(b"Bad request", 400)
            return
        self.asked.append(asked)
        links = "".join(
            f'<p><a href="{escape(self.answer_to(asked, subject))}">{subject}</a></p>'
            for subject in (SUBJECT, OTHER_SUBJECT)
        )
        refusal = urlencode({"error": "access_denied", "state": asked["state"]})
        links += f'<p><a href="{escape(self.redirect_uri)}?{escape(refusal)}">Nobody</a></p>'
        exchange.document(PAGE.format(links=links).encode(), Content_Type="text/html")

    def answer_to(self, asked: dict[str, str], subject: str = SUBJECT) -> str:
        """Return where somebody who has signed in is sent."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, "subject": subject}
        answer = {"code": code, "state": asked["state"], "iss": self.issuer}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def trade(self, exchange: Exchange) -> None:
        """Answer an ID token for a code (OpenID Connect Core 1.0, section 3.1.3)."""
        if self.token_answer is not None:
            self.token_answer(exchange)
            return
        headers, body = self.received[-1]
        form = {name: given[0] for name, given in parse_qs(body.decode()).items()}
        if not authenticated(headers):
            exchange.document(b'{"error": "invalid_client"}', 401)
            return
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or not fits(form, asked):
            exchange.document(b'{"error": "invalid_grant"}', 400)
            return
        about = {"sub": asked["subject"], "aud": CLIENT_ID, "nonce": asked["nonce"]}
        token = self.token(**{**about, "at_hash": "x", **self.changes})
        answer = {"access_token": "opaque", "token_type": "Bearer", "id_token": token}
        exchange.document(json.dumps(answer).encode())


def authenticated(headers: dict[str, str]) -> bool:
    """Check the client's secret (RFC 6749, section 2.3.1)."""
    scheme, _, pair = headers.get("Authorization", "").partition(" ")
    name, _, secret = b64decode(pair).decode().partition(":")
    return (scheme, unquote_plus(name), unquote_plus(secret)) == ("Basic", CLIENT_ID, CLIENT_SECRET)


def fits(form: dict[str, str], asked: dict[str, str]) -> bool:
    """Check what a code is bound to (RFC 6749, section 4.1.3; RFC 7636, section 4.6)."""
    challenge = b64(sha256(form.get("code_verifier", "").encode()).digest())
    return (
        form.get("grant_type") == "authorization_code"
        and form.get("redirect_uri") == asked["redirect_uri"]
        and challenge == asked["code_challenge"]
    )
