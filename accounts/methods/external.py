"""Vouched for by the outside identity provider of AUTH_SERVER_URL."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from accounts import jose
from accounts.claimed import key_asked_for
from accounts.errors import BadCredential
from accounts.fetching import Fetched
from accounts.identities import external_id
from accounts.key_source import LARGEST, KeySet, KeySource, UnfitKeySet, json_object
from accounts.links import LINKS
from accounts.principals import Principal
from accounts.scopes import ROLE_SCOPES, Role
from accounts.standing import REGISTRY
from audit.actors import ActorType

ALGORITHMS = ("RS256", "ES256", "EdDSA")
TYPES = ("jwt", "at+jwt")
REQUIRED = ("iss", "sub", "aud", "exp", "iat")
LIFETIME = timedelta(hours=1)

# Members of what the same provider signs for other uses: logout tokens and events (OpenID Connect
# Back-Channel Logout 1.0, section 2.4; RFC 8417) and ID tokens (OpenID Connect Core 1.0, 3.3.2.11).
OTHER_USES = frozenset({"events", "at_hash", "c_hash"})


def principal(token: str, at: datetime) -> Principal:
    """Return who the token speaks of. Raises BadCredential, KeySourceUnavailable."""
    return stand_in(verify(token, at), at)


def verify(token: str, at: datetime) -> Mapping[str, Any]:
    """Check a token of the provider for the API. Raises as `principal`."""
    claims = signed_for(settings.CONTRACT.auth_audience, token, at, types=TYPES)
    if not OTHER_USES.isdisjoint(claims):
        raise BadCredential
    return claims


def signed_for(
    audience: str | None, token: str, at: datetime, *, types: Collection[str]
) -> Mapping[str, Any]:
    """Return what the provider signed for an audience (RFC 8725, section 3).

    Raises BadCredential, KeySourceUnavailable.
    """
    contract = settings.CONTRACT
    issuer = contract.auth_server_url
    if issuer is None or audience is None:
        raise BadCredential
    kid = key_asked_for(token, issuers=(issuer,), algorithms=ALGORITHMS, types=types)
    keys = KEYS.keys(kid, at)
    try:
        return jose.verify_claims(
            token,
            keys.content,
            ALGORITHMS,
            issuer=issuer,
            audience=audience,
            leeway=contract.clock_skew_seconds,
            now=at.timestamp(),
            required=REQUIRED,
        )
    except jose.RejectedToken as error:
        raise BadCredential from error


def stand_in(claims: Mapping[str, Any], at: datetime) -> Principal:
    """Return the account the identity is linked to, else the outsider. Raises BadCredential."""
    issuer, subject = claims["iss"], claims["sub"]
    try:
        outside = external_id(issuer, subject)
    except ValueError as error:
        raise BadCredential from error
    handle = LINKS.handle(issuer, subject, at)
    caller = _outsider(outside) if handle is None else _account(handle, at)
    # Most providers vouch for people and say nothing; what is said has to be true (never "human"
    # by default for a robot that says it is one).
    if claims.get("actor_type", caller.actor_type) != caller.actor_type:
        raise BadCredential
    return caller


def _outsider(outside: str) -> Principal:
    return Principal(
        id=outside,
        actor_type=ActorType.HUMAN,
        role=Role.USER,
        scopes=ROLE_SCOPES[Role.USER],
        method="external",
    )


def _account(handle: str, at: datetime) -> Principal:
    standing = REGISTRY.standing(handle, "", at)
    if standing is None or not standing.active:
        raise BadCredential
    return Principal(
        id=handle,
        actor_type=standing.actor_type,
        role=standing.role,
        scopes=standing.scopes,
        method="external",
    )


def read_jwks(fetched: Fetched) -> KeySet:
    """Return the JWK Set of a document (RFC 7517, section 5). Raises UnfitKeySet.

    Its keys are judged one by one when a token asks for them.
    """
    jwks = json_object(fetched)
    keys = jwks.get("keys")
    if not isinstance(keys, list) or len(keys) > LARGEST:
        raise UnfitKeySet("it is not a key set, or too large a one")
    named = [jwk.get("kid") for jwk in keys if isinstance(jwk, dict)]
    return KeySet({"keys": keys}, frozenset(k for k in named if isinstance(k, str)), LIFETIME)


def _url() -> str:
    return settings.CONTRACT.jwks_url or ""


KEYS = KeySource(_url, read_jwks)
