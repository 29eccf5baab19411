"""What stands in a token? Building and reading the shapes. Pure: no Django."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.scopes import Role, Scope, spell
from audit.actors import ActorType

ACCESS = "at+jwt"  # RFC 9068, section 2.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The one a token speaks of."""

    id: str
    actor_type: ActorType
    role: Role
    email: str = ""
    on_behalf_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What is minted: for whom, for which audience, by which client, with which scopes."""

    subject: Subject
    audience: str
    versions: tuple[int, ...]
    client_id: str
    scopes: frozenset[Scope]
    session_id: str = ""


def access_claims(
    grant: Grant, *, issuer: str, at: datetime, lifetime: int, jti: str
) -> dict[str, Any]:
    """Return the payload of an access token (RFC 9068, section 2.2); `lifetime` in seconds."""
    issued = int(at.timestamp())  # cut, never rounded up: `iat` is never in the future
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": grant.subject.id,
        "aud": grant.audience,
        "client_id": grant.client_id,
        "iat": issued,
        "exp": issued + lifetime,
        "jti": jti,
        "scope": spell(grant.scopes),
        "ver": max(grant.versions),
    }
    if grant.session_id:
        claims["sid"] = grant.session_id
    if grant.subject.on_behalf_of:
        claims["act"] = {"sub": grant.subject.id}
    return claims | _shape(grant)


def _shape(grant: Grant) -> dict[str, Any]:
    subject = grant.subject
    flat: dict[str, Any] = {"actor_type": subject.actor_type.value, "role": subject.role.value}
    if subject.email:
        flat["email"] = subject.email
    actor = {"id": subject.id, "type": subject.actor_type.value,
             "on_behalf_of": subject.on_behalf_of or None}  # fmt: skip
    nested = {"actor": actor, "roles": [subject.role.value]}
    if max(grant.versions) == 1:
        return flat
    return flat | nested if 1 in grant.versions else nested


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedClaims:
    """Claims whose signature, issuer, audience and times were checked. Only methods make one."""

    subject: str
    actor_type: ActorType
    role: Role
    scopes: frozenset[Scope]
    client_id: str
    session_id: str
    on_behalf_of: str

    @classmethod
    def of(cls, claims: Mapping[str, Any]) -> "VerifiedClaims":
        """Read our own version 1 payload. Raises ValueError, KeyError, TypeError when misshapen."""
        return cls(
            subject=_text(claims["sub"]),
            actor_type=ActorType(claims["actor_type"]),
            role=Role(claims["role"]),
            scopes=frozenset(known_scopes(_text(claims.get("scope", "")).split())),
            client_id=_text(claims.get("client_id", "")),
            session_id=_text(claims.get("sid", "")),
            on_behalf_of=_text(claims.get("on_behalf_of", "")),
        )


def known_scopes(words: Iterable[str]) -> Iterable[Scope]:
    """Yield the scopes that are ours; a token may carry others for other services."""
    return (Scope(word) for word in words if word in set(Scope))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a claim that is not text")
    return value
