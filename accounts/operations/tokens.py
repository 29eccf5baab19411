"""What is minted, and for which audience?"""

import secrets
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from accounts.claims import ACCESS, Grant, Subject, access_claims
from accounts.errors import InvalidTarget
from accounts.models import TASKFLOW, Account, Audience
from accounts.operations.keys import signed
from accounts.scopes import Role
from audit.actors import ActorType


def grant_for(
    account: Account, audience: Audience, *, client_id: str, session_id: str = ""
) -> Grant:
    """Return what the account gets for the audience."""
    return Grant(
        subject=Subject(
            id=account.handle,
            actor_type=ActorType(account.actor_type),
            role=Role(account.role),
            email=account.email if account.actor_type == ActorType.HUMAN else "",
        ),
        audience=audience.name,
        versions=tuple(audience.payload_versions),
        client_id=client_id,
        scopes=account.scopes,
        session_id=session_id,
    )


def mint(grant: Grant, *, alg: str, at: datetime) -> str:
    """Sign an access token (RFC 9068). Raises SigningUnavailable."""
    contract = settings.CONTRACT
    claims = access_claims(
        grant,
        issuer=contract.base_url,
        at=at,
        lifetime=contract.access_token_seconds,
        jti=secrets.token_urlsafe(16),
    )
    return signed(claims, typ=ACCESS, alg=alg, at=at)


def audience_named(name: str = "", resource: str = "") -> Audience:
    """Return the registered audience, `taskflow` when none is asked for. Raises InvalidTarget."""
    wanted = Q(name=name or TASKFLOW) if not resource else Q(resource=resource)
    if name and resource:
        wanted &= Q(name=name)
    audience = Audience.objects.filter(wanted).first()
    if audience is None:
        raise InvalidTarget
    return audience
