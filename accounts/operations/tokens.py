"""What is minted, and for which audience?"""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.conf import settings
from django.db.models import Q, Value

from accounts.claims import ACCESS, Grant, Party, access_claims
from accounts.errors import InvalidScope, InvalidTarget
from accounts.models import TASKFLOW, Account, Audience, Session
from accounts.operations.keys import signed
from accounts.scopes import Role, Scope, parse
from audit.actors import ActorType
from wire.prepared import Question, Slot, columns, whole


@dataclass(frozen=True, slots=True)
class Minted:
    """An access token and for how many seconds it is good."""

    token: str = field(repr=False)
    seconds: int


def grant_for(
    account: Account, audience: Audience, *, client_id: str, session_id: str = ""
) -> Grant:
    """Return what the account gets for the audience."""
    return Grant(
        subject=Party(
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


def grant_of(session: Session) -> Grant:
    """Return what a session gives its account now."""
    return grant_for(
        session.account,
        session.audience,
        client_id=session.client_id,
        session_id=str(session.pk),
    )


def seconds_left(session: Session, at: datetime) -> int:
    """Return for how long a token of the session may be good: none outlives its session."""
    return int((session.expires_at - at).total_seconds())


def narrowed(grant: Grant, scope: str) -> Grant:
    """Return the grant cut down to the scopes asked for, all of it when none are.

    Raises InvalidScope for what it does not hold (RFC 6749, section 5.2).
    """
    if not scope:
        return grant
    try:
        wanted: frozenset[Scope] = parse(scope)
    except ValueError as error:
        raise InvalidScope from error
    if not wanted <= grant.scopes:
        raise InvalidScope
    return replace(grant, scopes=wanted)


def mint(grant: Grant, *, alg: str, at: datetime, lifetime: int | None = None) -> Minted:
    """Sign an access token (RFC 9068), good for `lifetime` seconds or what the contract says.

    Raises SigningUnavailable.
    """
    contract = settings.CONTRACT
    longest: int = contract.access_token_seconds
    seconds = longest if lifetime is None else min(lifetime, longest)
    claims = access_claims(
        grant,
        issuer=contract.base_url,
        at=at,
        lifetime=seconds,
        jti=secrets.token_urlsafe(16),
    )
    return Minted(signed(claims, typ=ACCESS, alg=alg, at=at), seconds)


def audience_named(name: str = "", resource: str = "") -> Audience:
    """Return the registered audience, `taskflow` when none is asked for.

    A resource (RFC 8707) is one that an audience registered, or one of this API's own, which
    `/.well-known/oauth-protected-resource` tells. Raises InvalidTarget.
    """
    if not resource:
        found = [whole(Audience, iter(row)) for row in _BY_NAME.ask(name=name or TASKFLOW)]
    else:
        wanted = _at_resource(resource) & (Q(name=name) if name else Q())
        found = list(Audience.objects.filter(wanted)[:1])
    if not found:
        raise InvalidTarget
    return found[0]


_BY_NAME = Question(
    lambda: Audience.objects.filter(name=Value(Slot("name"))).values_list(*columns(Audience))
)


def own_resources() -> tuple[str, str]:
    """Return what this API calls itself: all of it, and its MCP endpoint."""
    base: str = settings.CONTRACT.base_url
    return base, f"{base}/mcp"


def _at_resource(resource: str) -> Q:
    ours = resource.removesuffix("/") in own_resources()
    return Q(name=TASKFLOW) if ours else Q(resource=resource)
