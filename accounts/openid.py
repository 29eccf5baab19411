"""How does staff sign in at the outside provider? Authorization code flow with PKCE.

OpenID Connect Core 1.0, section 3.1; RFC 7636; RFC 9207; RFC 9700, section 2.1. What is ours here
is the order of questions: documents are got by accounts.fetching, tokens verified by accounts.jose.
"""

import hmac
import logging
import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

from django.conf import settings

from accounts import base64url
from accounts.errors import (
    BadCredential,
    NotVouchedFor,
    ProviderUnavailable,
    SignInLost,
)
from accounts.fetching import Fetched, FetchFailed, post_form
from accounts.identities import Identity
from accounts.methods import external
from audit.actors import ActorType
from wire.strict_json import NotStrictJson, loads

SCOPE = "openid"  # who it is, and nothing else about them
TYPES = ("jwt",)
RANDOM_BYTES = 32
LONGEST_CODE = 4096  # characters

_NOT_TAKEN = 400  # RFC 6749, section 5.2

log = logging.getLogger("taskflow.sign_in")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in under way: what the provider's answer has to fit. The browser keeps it."""

    state: str
    nonce: str
    verifier: str
    next: str

    @property
    def challenge(self) -> str:
        """Return what the provider is told of the verifier (RFC 7636, section 4.2)."""
        return base64url.encode(sha256(self.verifier.encode()).digest())


def is_set_up() -> bool:
    """Tell whether staff can sign in at a provider. The contract has all of it or nothing."""
    return settings.CONTRACT.oidc_client_id is not None


def provider_host() -> str:
    """Return the provider's name for people: the host of its issuer, "" where there is none."""
    return urlsplit(settings.CONTRACT.auth_server_url or "").hostname or ""


def begin(next_: str) -> Attempt:
    """Return a sign-in that leads to an address of ours."""
    state, nonce, verifier = (secrets.token_urlsafe(RANDOM_BYTES) for _ in range(3))
    return Attempt(state, nonce, verifier, next_)


def address_of(attempt: Attempt, redirect_uri: str) -> str:
    """Return where the browser asks the provider (OpenID Connect Core 1.0, section 3.1.2.1)."""
    contract = settings.CONTRACT
    parts = urlsplit(contract.oidc_authorization_url or "")
    asked = {
        "response_type": "code", "client_id": contract.oidc_client_id, "scope": SCOPE,
        "redirect_uri": redirect_uri, "state": attempt.state, "nonce": attempt.nonce,
        "code_challenge": attempt.challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *asked.items()])
    return parts._replace(query=query).geturl()


def identity(
    answer: Mapping[str, str], attempt: Attempt, *, redirect_uri: str, at: datetime
) -> Identity:
    """Return whom the provider vouches for in its answer, the parameters of the redirection.

    Raises SignInLost when the answer is not to this attempt, NotVouchedFor when the provider says
    no or what it says does not hold, ProviderUnavailable when it says nothing usable.
    """
    if not _same(answer.get("state", ""), attempt.state):
        raise SignInLost
    code = _code(answer)
    token = _redeem(code, attempt, redirect_uri)
    return _vouched_for(token, attempt, at)


def _same(told: object, ours: str) -> bool:
    return isinstance(told, str) and hmac.compare_digest(told.encode(), ours.encode())


def _code(answer: Mapping[str, str]) -> str:
    """Return the code. Raises NotVouchedFor."""
    issuer = settings.CONTRACT.auth_server_url
    if answer.get("iss", issuer) != issuer:  # RFC 9207, section 2.4
        raise NotVouchedFor(reason="another provider answered")
    code = answer.get("code", "")
    if "error" in answer or not 0 < len(code) <= LONGEST_CODE:
        raise NotVouchedFor(reason="the provider said no")
    return code


def _redeem(code: str, attempt: Attempt, redirect_uri: str) -> str:
    """Trade the code for an ID token (RFC 6749, section 4.1.3). Raises as `identity`."""
    contract = settings.CONTRACT
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri,
        "code_verifier": attempt.verifier,
    }  # fmt: skip
    pair = _basic(contract.oidc_client_id or "", contract.oidc_client_secret or "")
    try:
        return _id_token(post_form(contract.oidc_token_url or "", form, {"Authorization": pair}))
    except FetchFailed as failure:
        log.warning("no token from the provider", extra={"reason": str(failure)})
        if failure.status == _NOT_TAKEN:
            raise NotVouchedFor(reason="the code was not taken") from failure
        raise ProviderUnavailable from failure


def _id_token(fetched: Fetched) -> str:
    """Return the ID token of a token response. Raises FetchFailed."""
    try:
        document = loads(fetched.body)
    except NotStrictJson as error:
        raise FetchFailed("it is not JSON") from error
    token = document.get("id_token") if isinstance(document, dict) else None
    if not isinstance(token, str):
        raise FetchFailed("it has no ID token")
    return token


def _basic(client_id: str, secret: str) -> str:
    """Spell the client's credentials (RFC 6749, section 2.3.1)."""
    return f"Basic {b64encode(f'{quote_plus(client_id)}:{quote_plus(secret)}'.encode()).decode()}"


def _vouched_for(token: str, attempt: Attempt, at: datetime) -> Identity:
    """Check an ID token (OpenID Connect Core 1.0, section 3.1.3.7). Raises as `identity`."""
    client_id = settings.CONTRACT.oidc_client_id
    try:
        claims = external.signed_for(client_id, token, at, types=TYPES)
        found = Identity(claims["iss"], claims["sub"])
    except (BadCredential, ValueError) as error:
        raise NotVouchedFor(reason="the ID token is not valid") from error
    if not _same(claims.get("nonce"), attempt.nonce):
        raise NotVouchedFor(reason="the ID token is of another sign-in")
    # Several audiences are fine where the token says that it was asked for by us.
    alone = claims["aud"] in (client_id, [client_id])
    if claims.get("azp", client_id if alone else None) != client_id:
        raise NotVouchedFor(reason="the ID token is for another client")
    if claims.get("actor_type", ActorType.HUMAN) != ActorType.HUMAN:
        raise NotVouchedFor(reason="the ID token is not of a person")
    return found
