"""What stands in a token? Building and reading the shapes. Pure: no Django."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.scopes import Role, Scope, spell
from audit.actors import ActorType

ACCESS = "at+jwt"  # RFC 9068, section 2.1
VERSIONS = (1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One whom a token names."""

    id: str
    actor_type: ActorType
    role: Role
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What is minted: for whom, for which audience, by which client, with which scopes.

    `actor` is the one who acts for the subject (RFC 8693, section 1.1), None where it acts itself.
    """

    subject: Party
    actor: Party | None = None
    audience: str
    versions: tuple[int, ...]
    client_id: str
    scopes: frozenset[Scope]
    session_id: str = ""

    @property
    def acting(self) -> Party:
        """Return who acts with the token."""
        return self.actor or self.subject


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
    if grant.actor is not None:
        claims["act"] = {"sub": grant.actor.id}  # RFC 8693, section 4.1
    shapes = {1: _flat(grant), 2: _nested(grant)}
    for version in grant.versions:
        claims |= shapes[version]
    return claims


def _flat(grant: Grant) -> dict[str, Any]:
    """Version 1. Type and role are those of the one who acts, so an agent never looks human."""
    flat = {"actor_type": grant.acting.actor_type.value, "role": grant.acting.role.value}
    email = grant.subject.email if grant.actor is None else ""
    return flat | ({"email": email} if email else {})


def _nested(grant: Grant) -> dict[str, Any]:
    """Version 2."""
    acting = grant.acting
    actor = {
        "id": acting.id,
        "type": acting.actor_type.value,
        "on_behalf_of": None if grant.actor is None else grant.subject.id,
    }
    return {"actor": actor, "roles": [acting.role.value]}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedClaims:
    """Claims whose signature, issuer, audience and times were checked. Only methods make one."""

    subject: str
    actor: str
    actor_type: ActorType
    role: Role
    scopes: frozenset[Scope]
    client_id: str
    session_id: str

    @classmethod
    def of(cls, claims: Mapping[str, Any]) -> "VerifiedClaims":
        """Read a payload of ours, whichever version it has.

        Raises ValueError, KeyError, TypeError when it is misshapen or says two things.
        """
        subject = _text(claims["sub"])
        actor = _text(claims["act"]["sub"]) if "act" in claims else subject
        on_behalf_of = subject if "act" in claims else None
        said = [*_said_flat(claims), *_said_nested(claims, actor, on_behalf_of)]
        if not said or said[0] != said[-1]:
            raise ValueError("the token does not say once who acts")
        actor_type, role = said[0]
        return cls(
            subject=subject,
            actor=actor,
            actor_type=ActorType(actor_type),
            role=Role(role),
            scopes=frozenset(known_scopes(_text(claims.get("scope", "")).split())),
            client_id=_text(claims.get("client_id", "")),
            session_id=_session(claims.get("sid", "")),
        )

    @property
    def on_behalf_of(self) -> str:
        """Return for whom somebody else acts, nobody's name where the subject acts itself."""
        return self.subject if self.actor != self.subject else ""


def known_scopes(words: Iterable[str]) -> Iterable[Scope]:
    """Yield the scopes that are ours; a token may carry others for other services."""
    return (_SCOPES[word] for word in words if word in _SCOPES)


_SCOPES = {scope.value: scope for scope in Scope}


def _said_flat(claims: Mapping[str, Any]) -> list[tuple[str, str]]:
    if not {"actor_type", "role"} & claims.keys():
        return []
    return [(_text(claims["actor_type"]), _text(claims["role"]))]


def _said_nested(
    claims: Mapping[str, Any], actor: str, on_behalf_of: str | None
) -> list[tuple[str, str]]:
    if not {"actor", "roles"} & claims.keys():
        return []
    nested, (role,) = claims["actor"], claims["roles"]
    if nested["id"] != actor or nested["on_behalf_of"] != on_behalf_of:
        raise ValueError("the token names two actors")
    return [(_text(nested["type"]), _text(role))]


def _session(value: object) -> str:
    """Return the id of a session as we spell it, "" for none."""
    text = _text(value)
    return str(UUID(text)) if text else ""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a claim that is not text")
    return value
