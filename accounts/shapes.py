"""Which shapes can a token have, and who gets which? JSON Schemas (2020-12). Pure: no Django.

A schema names what is there and how it looks; a payload may carry more, so one that has both
shapes satisfies both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from accounts.scopes import Role
from audit.actors import ActorType

Schema = Mapping[str, Any]

_TEXT = {"type": "string", "minLength": 1}
_SECONDS = {"type": "integer", "minimum": 0}
_ACTOR_TYPE = {"enum": [kind.value for kind in ActorType if kind is not ActorType.SYSTEM]}
_ROLE = {"enum": [role.value for role in Role]}

# RFC 9068, section 2.2, and what both versions share.
_COMMON: Mapping[str, Any] = {
    "iss": {"type": "string", "format": "uri"},
    "sub": {**_TEXT, "description": "Whom the token speaks of."},
    "aud": {**_TEXT, "description": "The registered audience."},
    "client_id": _TEXT,
    "iat": _SECONDS,
    "exp": _SECONDS,
    "jti": _TEXT,
    "scope": {"type": "string", "description": "Space-separated (RFC 6749, section 3.3)."},
    "ver": {"description": "The newest version in the payload."},
}
_OPTIONAL: Mapping[str, Any] = {
    "sid": {**_TEXT, "description": "The session it came from."},
    "act": {
        "type": "object",
        "description": "Who acts for the subject (RFC 8693, section 4.1).",
        "properties": {"sub": _TEXT},
        "required": ["sub"],
    },
}


def _schema(version: int, ver: Schema, own: Schema, optional: Schema) -> Schema:
    return MappingProxyType({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Access token payload, version {version}",
        "type": "object",
        "properties": {**_COMMON, **own, **_OPTIONAL, **optional,
                       "ver": {**_COMMON["ver"], **ver}},
        "required": [*_COMMON, *own],
    })  # fmt: skip


SCHEMAS: Mapping[int, Schema] = MappingProxyType({
    1: _schema(
        1,
        {"enum": [1, 2]},
        {"actor_type": {**_ACTOR_TYPE, "description": "What kind the one who acts is."},
         "role": _ROLE},
        {"email": {"type": "string", "description": "Of people who act themselves."}},
    ),
    2: _schema(
        2,
        {"const": 2},
        {"actor": {
            "type": "object",
            "properties": {
                "id": {**_TEXT, "description": "Who acts: `act.sub` where there is one."},
                "type": _ACTOR_TYPE,
                "on_behalf_of": {"type": ["string", "null"],
                                 "description": "The subject, where somebody acts for it."},
            },
            "required": ["id", "type", "on_behalf_of"],
        },
         "roles": {"type": "array", "items": _ROLE, "minItems": 1}},
        {},
    ),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Receiver:
    """An audience, and the versions its tokens carry."""

    name: str
    resource: str | None
    versions: tuple[int, ...]


def published(receivers: Iterable[Receiver]) -> Mapping[str, Any]:
    """Return the document that tells the shapes: a payload satisfies each version it carries."""
    return {
        "versions": {str(version): dict(schema) for version, schema in SCHEMAS.items()},
        "audiences": {
            each.name: {"resource": each.resource, "versions": list(each.versions)}
            for each in receivers
        },
    }
