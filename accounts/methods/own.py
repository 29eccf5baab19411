"""Vouched for by a token of our own."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings

from accounts import jose
from accounts.claims import ACCESS, VerifiedClaims
from accounts.errors import BadCredential
from accounts.jwk import LastingSet
from accounts.keys import SigningKey
from accounts.models import TASKFLOW
from accounts.principals import Principal
from accounts.scopes import ROLE_SCOPES, Role
from accounts.standing import REGISTRY, Registry, Standing
from accounts.vault import VAULT
from audit.actors import ActorType

ALGORITHMS = ("RS256", "ES256", "EdDSA")
OUTSIDE = {
    kind: Standing(actor_type=kind, role=Role.USER, scopes=ROLE_SCOPES[Role.USER], active=True)
    for kind in (ActorType.HUMAN, ActorType.SERVICE)
}
"""How those stand whom others vouched for when their token was exchanged: users, never more."""


def principal(token: str, at: datetime) -> Principal:
    """Return who the token speaks of. Raises BadCredential, whatever is wrong with it."""
    return stand_in(verify(token, at), at)


def verify(token: str, at: datetime) -> VerifiedClaims:
    """Check an access token for this API (RFC 9068, section 4). Raises BadCredential."""
    return read(signed_claims(token, at, audience=TASKFLOW))


def read(claims: Mapping[str, Any]) -> VerifiedClaims:
    """Return what signed claims say. Raises BadCredential when they are misshapen."""
    try:
        return VerifiedClaims.of(claims)
    except (ValueError, KeyError, TypeError) as error:
        raise BadCredential from error


def signed_claims(token: str, at: datetime, *, audience: str) -> Mapping[str, Any]:
    """Return the claims of an access token that we signed for the audience.

    Raises BadCredential.
    """
    try:
        return jose.verify_claims(
            token,
            lasting_set(VAULT.ring(at).trusted(at)),
            ALGORITHMS,
            issuer=settings.CONTRACT.base_url,
            audience=audience,
            leeway=settings.CONTRACT.clock_skew_seconds,
            now=at.timestamp(),
            typ=ACCESS,
        )
    except jose.RejectedToken as error:
        raise BadCredential from error


@lru_cache(maxsize=4)
def lasting_set(keys: tuple[SigningKey, ...]) -> LastingSet:
    """Return the public halves as a JWK Set, the same for the same keys."""
    return LastingSet(key.jwk for key in keys)


def stand_in(claims: VerifiedClaims, at: datetime, registry: Registry = REGISTRY) -> Principal:
    """Check the claims against the registry. Raises BadCredential for who may not act (now).

    Where somebody acts for the subject, both have to stand, and only what both hold is left.
    """
    subject = actor = _standing(claims.subject, claims.session_id, at, registry)
    if claims.on_behalf_of:
        actor = _standing(claims.actor, "", at, registry)
    if actor.actor_type is not claims.actor_type:
        raise BadCredential
    return Principal(
        id=claims.actor,
        actor_type=claims.actor_type,
        role=_role(claims, actor),
        scopes=claims.scopes & actor.scopes & subject.scopes,
        method="own",
        client_id=claims.client_id,
        on_behalf_of=claims.on_behalf_of,
        session_id=claims.session_id,
    )


def _standing(name: str, session_id: str, at: datetime, registry: Registry) -> Standing:
    standing = _outside(name) or registry.standing(name, session_id, at)
    if standing is None or not standing.active:
        raise BadCredential
    return standing


def _outside(name: str) -> Standing | None:
    """Tell by its form who is none of the registry: `sa:<address>` or `<provider>:<subject>`."""
    provider, colon, subject = name.partition(":")
    if name.startswith("@") or not (provider and colon and subject):
        return None
    return OUTSIDE[ActorType.SERVICE if provider == "sa" else ActorType.HUMAN]


def _role(claims: VerifiedClaims, standing: Standing) -> Role:
    # A role that was lost is gone; one that was gained waits for the next token.
    return claims.role if claims.role is standing.role else Role.USER
