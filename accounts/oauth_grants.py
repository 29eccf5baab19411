"""Which grants does the token endpoint know, and what does each answer? (RFC 6749, RFC 8693)"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from rest_framework.request import Request

from accounts.authentication import principal_of
from accounts.claims import Grant
from accounts.client_credentials import FIRST_PARTY
from accounts.errors import (
    BadCredential,
    InvalidClient,
    InvalidGrant,
    InvalidTarget,
    InvalidTokenRequest,
    RefreshRefused,
    SubjectRefused,
)
from accounts.methods import own
from accounts.models import TASKFLOW, Audience, Session
from accounts.operations import clients, exchange, keys, sessions, tokens
from accounts.operations.clients import Client
from accounts.principals import Principal
from accounts.scopes import spell
from audit.http import recording_for

Reply = dict[str, Any]

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105  a name
_TYPE = "urn:ietf:params:oauth:token-type:"
ACCESS_TYPE, JWT_TYPE, ID_TYPE = f"{_TYPE}access_token", f"{_TYPE}jwt", f"{_TYPE}id_token"
VOUCHING_TYPES = frozenset({ACCESS_TYPE, JWT_TYPE, ID_TYPE})
ISSUED_TYPES = frozenset({ACCESS_TYPE, JWT_TYPE})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request at the token endpoint, and the client if one authenticated."""

    request: Request
    form: Mapping[str, str]
    client: Client | None
    at: datetime

    def text(self, name: str) -> str:
        """Return a parameter; one without a value counts as absent (RFC 6749, section 3.2)."""
        return self.form.get(name) or ""

    def needed(self, name: str) -> str:
        """Return a parameter. Raises InvalidTokenRequest when it is absent."""
        if not self.text(name):
            raise InvalidTokenRequest(reason=f"{name} is missing.")
        return self.text(name)

    def audience(self) -> Audience:
        """Return the audience that is asked for. Raises InvalidTarget."""
        known = self.client and self.client.audience
        if known and not self.text("resource"):
            return known
        return tokens.audience_named(self.text("audience"), self.text("resource"))


def client_credentials(asked: Asked) -> Reply:
    """Answer a client that asks for itself (RFC 6749, section 4.4); no refresh token."""
    if asked.client is None:
        raise InvalidClient
    audience = asked.audience()
    grant = clients.prepare(asked.client, audience, asked.text("scope"))
    keys.signer(asked.at, audience.algorithm)
    with recording_for(asked.request, lazily=True) as journal:
        clients.issue(asked.client, grant, journal)
    return _reply(grant, audience, asked.at)


def refresh_token(asked: Asked) -> Reply:
    """Answer a session's next pair (RFC 6749, section 6); the same as POST /api/token/refresh.

    Every session is the public client's, so a client that authenticates has none.
    """
    token = asked.needed("refresh_token")
    if asked.client is not None:
        raise InvalidGrant
    try:
        refreshed, grant = _refreshed(asked, token)
    except RefreshRefused as error:
        raise InvalidGrant from error
    session = refreshed.session
    left = tokens.seconds_left(session, asked.at)
    reply = _reply(grant, session.audience, asked.at, lifetime=left)
    return {**reply, "refresh_token": refreshed.token}


def token_exchange(asked: Asked) -> Reply:
    """Answer one of our tokens for somebody's other one (RFC 8693, section 2); no refresh token.

    The actor token's principal, else the client that authenticated, acts for the subject. A
    token that was exchanged for one of ours lives no longer than that one.
    """
    issued = asked.text("requested_token_type") or ACCESS_TYPE
    if issued not in ISSUED_TYPES:
        raise InvalidTokenRequest(reason="no such requested_token_type is issued.")
    subject, until = _vouched(asked, "subject")
    actor, actor_until = _actor(asked)
    audience = asked.audience()
    exchanged = exchange.Exchange(
        subject=subject,
        actor=actor,
        audience=audience,
        client_id=FIRST_PARTY if asked.client is None else asked.client.principal.client_id,
        scope=asked.text("scope"),
    )
    grant = exchange.prepare(exchanged)
    keys.signer(asked.at, audience.algorithm)
    with recording_for(asked.request, lazily=True) as journal:
        if asked.client is not None:
            clients.spend(asked.client, journal)
        exchange.issue(exchanged, grant, journal)
    left = [end - int(asked.at.timestamp()) for end in (until, actor_until) if end is not None]
    reply = _reply(grant, audience, asked.at, lifetime=min(left, default=None))
    return {**reply, "issued_token_type": issued}


GRANTS: Mapping[str, Callable[[Asked], Reply]] = MappingProxyType(
    {
        "client_credentials": client_credentials,
        "refresh_token": refresh_token,
        TOKEN_EXCHANGE: token_exchange,
    }
)


def _reply(grant: Grant, audience: Audience, at: datetime, *, lifetime: int | None = None) -> Reply:
    minted = tokens.mint(grant, alg=audience.algorithm, at=at, lifetime=lifetime)
    return {
        "access_token": minted.token,
        "token_type": "Bearer",
        "expires_in": minted.seconds,
        "scope": spell(grant.scopes),
    }


def _refreshed(asked: Asked, token: str) -> tuple[sessions.Refresh, Grant]:
    shown = sessions.read_token(token)
    with recording_for(asked.request, lazily=True) as journal:
        if asked.text("scope") or asked.text("audience") or asked.text("resource"):
            journal.begin()  # what is asked for may be refused, and then nothing is to happen
        refreshed = sessions.refresh(shown, journal)
        # A token that was used up has ended its session, and that is to be kept.
        grant = None if refreshed.token is None else _of_session(asked, refreshed.session)
    if grant is None:
        raise RefreshRefused
    return refreshed, grant


def _of_session(asked: Asked, session: Session) -> Grant:
    """Return what the session gives, or the part asked for. Raises InvalidScope, InvalidTarget."""
    named = asked.text("audience") or asked.text("resource")
    if named and asked.audience() != session.audience:
        raise InvalidTarget
    return tokens.narrowed(tokens.grant_of(session), asked.text("scope"))


def _actor(asked: Asked) -> tuple[Principal | None, int | None]:
    if asked.text("actor_token"):
        return _vouched(asked, "actor")
    if asked.text("actor_token_type"):
        raise InvalidTokenRequest(reason="actor_token_type stands without actor_token.")
    return (asked.client.principal if asked.client else None), None


def _vouched(asked: Asked, whose: str) -> tuple[Principal, int | None]:
    """Return whose token it is, and the end of one of ours. Raises SubjectRefused."""
    token, kind = asked.needed(f"{whose}_token"), asked.needed(f"{whose}_token_type")
    if kind not in VOUCHING_TYPES:
        raise InvalidTokenRequest(reason=f"no such {whose}_token_type is taken.")
    try:
        principal = principal_of(token, asked.at)
        if principal.method != "own":
            return principal, None
        claims = own.signed_claims(token, asked.at, audience=TASKFLOW)
    except BadCredential as error:
        raise SubjectRefused from error
    if claims["exp"] <= asked.at.timestamp():  # good for others by their leeway, not for a child
        raise SubjectRefused
    return principal, int(claims["exp"])
