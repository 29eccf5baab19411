"""How does a client name itself at the token endpoint? (RFC 6749, section 2.3; RFC 7523)"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import unquote_plus

from accounts.errors import InvalidClient, InvalidTokenRequest

FIRST_PARTY = "first-party"
"""The one public client: people's own sign-ins, which no secret could vouch for."""

_CLIENT_ID = re.compile(r"[!-~]{1,64}")
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Secret:
    """A client id and a secret, from the Basic header or the form."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Assertion:
    """A JWT that the client signed (RFC 7523, section 2.2), and the client id if one stood by."""

    jwt: str = field(repr=False)
    client_id: str = ""


Shown: TypeAlias = Secret | Assertion


def presented(authorization: str | None, form: Mapping[str, str]) -> Shown | None:
    """Return the one way in which the client shows who it is, None for the public client.

    Raises InvalidClient, InvalidTokenRequest.
    """
    ways = [way for way in (_basic(authorization), _posted(form), _asserted(form)) if way]
    if len(ways) > 1:
        raise InvalidTokenRequest(reason="the client authenticates in two ways.")
    named = form.get("client_id") or ""
    if not ways:
        if named not in {"", FIRST_PARTY}:
            raise InvalidClient
        return None
    if named and ways[0].client_id not in {"", named}:
        raise InvalidTokenRequest(reason="two client ids are given.")
    return ways[0]


def fit_client_id(text: str | None) -> str:
    """Return a text that could be a client id (RFC 6749, appendix A.1). Raises InvalidClient."""
    if not _CLIENT_ID.fullmatch(text or ""):
        raise InvalidClient
    return text or ""


def _posted(form: Mapping[str, str]) -> Secret | None:
    if not form.get("client_secret"):
        return None
    return Secret(form.get("client_id") or "", form["client_secret"])


def _asserted(form: Mapping[str, str]) -> Assertion | None:
    if not (form.get("client_assertion") or form.get("client_assertion_type")):
        return None
    if form.get("client_assertion_type") != JWT_BEARER:
        raise InvalidClient
    return Assertion(form.get("client_assertion") or "", form.get("client_id") or "")


def _basic(authorization: str | None) -> Secret | None:
    if authorization is None:
        return None
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient
    try:
        client_id, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise InvalidClient from error
    if not colon:
        raise InvalidClient
    return Secret(unquote_plus(client_id), unquote_plus(secret))
