"""How does a client name itself at the token endpoint? (RFC 6749, section 2.3.1)"""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import unquote_plus

from accounts.errors import InvalidClient, InvalidTokenRequest


def presented(authorization: str | None, form: Mapping[str, str]) -> tuple[str, str]:
    """Return client id and secret from the Basic header or the form, never both.

    Raises InvalidClient, InvalidTokenRequest.
    """
    in_form = "client_secret" in form
    if authorization is None:
        if not (in_form and form.get("client_id")):
            raise InvalidClient
        return form["client_id"], form["client_secret"]
    client_id, secret = _basic(authorization)
    if in_form:
        raise InvalidTokenRequest(reason="the client authenticates in two ways.")
    if form.get("client_id", client_id) != client_id:
        raise InvalidTokenRequest(reason="two client ids are given.")
    return client_id, secret


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient
    try:
        client_id, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise InvalidClient from error
    if not colon:
        raise InvalidClient
    return unquote_plus(client_id), unquote_plus(secret)
