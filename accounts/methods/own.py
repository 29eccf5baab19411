"""Vouched for by a token of our own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from accounts import jose
from accounts.claims import ACCESS, VerifiedClaims
from accounts.errors import BadCredential
from accounts.models import TASKFLOW
from accounts.principals import Principal
from accounts.scopes import Role
from accounts.standing import REGISTRY, Standing
from accounts.vault import VAULT

ALGORITHMS = ("RS256", "ES256", "EdDSA")


def principal(token: str, at: datetime) -> Principal:
    """Return who the token speaks of. Raises BadCredential, whatever is wrong with it."""
    return stand_in(verify(token, at), at)


def verify(token: str, at: datetime) -> VerifiedClaims:
    """Check an access token for this API (RFC 9068, section 4). Raises BadCredential."""
    try:
        claims: Mapping[str, Any] = jose.verify_claims(
            token,
            {"keys": [key.jwk for key in VAULT.ring(at).trusted(at)]},
            ALGORITHMS,
            issuer=settings.CONTRACT.base_url,
            audience=TASKFLOW,
            leeway=settings.CONTRACT.clock_skew_seconds,
            now=at.timestamp(),
            typ=ACCESS,
        )
        return VerifiedClaims.of(claims)
    except (jose.RejectedToken, ValueError, KeyError, TypeError) as error:
        raise BadCredential from error


def stand_in(claims: VerifiedClaims, at: datetime) -> Principal:
    """Check the claims against the registry. Raises BadCredential for who may not act (now)."""
    standing = REGISTRY.standing(claims.subject, claims.session_id, at)
    if standing is None or not standing.active or standing.actor_type is not claims.actor_type:
        raise BadCredential
    return Principal(
        id=claims.subject,
        actor_type=claims.actor_type,
        role=_role(claims, standing),
        scopes=claims.scopes & standing.scopes,
        method="own",
        client_id=claims.client_id,
        on_behalf_of=claims.on_behalf_of,
        session_id=claims.session_id,
    )


def _role(claims: VerifiedClaims, standing: Standing) -> Role:
    # A role that was lost is gone; one that was gained waits for the next token.
    return claims.role if claims.role is standing.role else Role.USER
