"""Those who verify our tokens by our key set: other people's libraries, other people's caches."""

import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from google.auth import jwt as google_jwt
from google.auth.exceptions import GoogleAuthError
from joserfc import jwt as joserfc_jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

AUDIENCE = "taskflow"
LEEWAY = 30
REFUSALS = (jwt.PyJWTError, JoseError, ValueError, GoogleAuthError)
HOUR = timedelta(hours=1)  # as long as CONSUMER_CACHE_SECONDS lets a consumer keep a set


@dataclass
class Proxy:
    """An HTTP cache between us and consumers: it keeps a set exactly as long as max-age allows."""

    url: str
    clock: Callable[[], datetime]
    confirmed: int = 0
    _body: bytes = b""
    _tag: str = ""
    _fresh_until: datetime | None = None

    def get(self) -> dict[str, Any]:
        """Return the set, asked for anew when it is no longer fresh."""
        if self._fresh_until is None or self.clock() >= self._fresh_until:
            self._ask()
        result: dict[str, Any] = json.loads(self._body)
        return result

    def _ask(self) -> None:
        where = urlsplit(self.url)
        connection = http.client.HTTPConnection(where.netloc)
        connection.request("GET", where.path, headers={"If-None-Match": self._tag})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        self._body = body if answer.status == HTTPStatus.OK else self._body
        self.confirmed += answer.status == HTTPStatus.NOT_MODIFIED
        self._tag = answer.headers["ETag"]
        max_age = int(answer.headers["Cache-Control"].removeprefix("public, max-age="))
        self._fresh_until = self.clock() + timedelta(seconds=max_age)


@dataclass
class Joserfc:
    """Takes the set from an HTTP cache, and never asks again for a kid it does not know."""

    proxy: Proxy

    def verify(self, token: str) -> object:
        """Raises JoseError, or ValueError for an unknown kid."""
        keys = KeySet.import_key_set(self.proxy.get())  # type: ignore[arg-type]
        decoded = joserfc_jwt.decode(token, keys, algorithms=["RS256"])
        known = joserfc_jwt.JWTClaimsRegistry(
            leeway=LEEWAY, aud={"essential": True, "value": AUDIENCE}, exp={"essential": True}
        )
        known.validate(decoded.claims)
        return decoded.claims


@dataclass
class GoogleAuth:
    """Takes the set from an HTTP cache, keeps it an hour more, and never asks in between."""

    proxy: Proxy
    _keys: dict[str, bytes] = field(default_factory=dict)
    _kept_until: datetime | None = None

    def verify(self, token: str) -> object:
        """Raises GoogleAuthError."""
        at = self.proxy.clock()
        if self._kept_until is None or at >= self._kept_until:
            self._keys = {key["kid"]: _pem(key) for key in self.proxy.get()["keys"]}
            self._kept_until = at + HOUR
        return google_jwt.decode(
            token, certs=self._keys, audience=AUDIENCE, clock_skew_in_seconds=LEEWAY
        )


class PyJwt:
    """PyJWT's own client as it comes: a cache of five minutes, and one more try if need be."""

    def __init__(self, url: str) -> None:
        self._keys = jwt.PyJWKClient(url)

    def verify(self, token: str) -> object:
        """Raises PyJWTError."""
        key = self._keys.get_signing_key_from_jwt(token)
        return jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=AUDIENCE,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "sub", "jti", "iss"]},
        )


def _pem(key: dict[str, Any]) -> bytes:
    public = jwt.PyJWK(key).key
    pem: bytes = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem
