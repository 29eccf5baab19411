"""What do all operations have in common? Headers, the problem body, and what a status means."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

Part = dict[str, Any]


# The parts of the document, in the order of a newcomer's questions.
TAGS: list[Part] = [
    {"name": "tokens", "description": "Sign in, keep a session alive, and see who you are."},
    {"name": "sessions", "description": "Where you are signed in."},
    {"name": "oauth", "description": "Tokens for agents and services (RFC 6749)."},
    {"name": "discovery", "description": "What other services need to verify our tokens."},
    {"name": "tasks", "description": "The board that people and agents share."},
    {"name": "events", "description": "Follow the board: what changed, in order."},
    {"name": "projects", "description": "Slugs that belong to their members."},
    {"name": "audit", "description": "Who did what, and when; nobody can quietly change it."},
    {"name": "one-shots", "description": "Production data, changed once and for all."},
    {"name": "health", "description": "Alive, connected, ready."},
]
# Where a closed vocabulary is told under its own name.
VOCABULARIES: Mapping[str, str] = MappingProxyType({
    "Action": "audit.actions.Action",
    "ActorType": "audit.actors.ActorType",
    "MigrationStatus": "migrations_ops.states.Progress",
    "Membership": "tasks.projects.Membership",
    "Outcome": "audit.actions.Outcome",
    "Role": "accounts.scopes.Role",
    "TaskPriority": "tasks.rows.Priority",
    "TaskStatus": "tasks.lifecycle.Status",
})  # fmt: skip
PATH_IDS: Mapping[str, Part] = MappingProxyType({
    "slug_of_project": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$"},
    "id": {"type": "integer", "format": "int64", "minimum": 1, "maximum": 2**63 - 1},
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Status:
    """A status of refusal: its component's name, a usual code, what it means, its headers."""

    name: str
    code: str
    meaning: str
    headers: tuple[str, ...] = ()


# What a call is counted against, and what is left of it; absent where nothing is counted.
LIMITS = ("RateLimit", "RateLimit-Policy")

STATUSES: Mapping[int, Status] = MappingProxyType({
    400: Status("BadRequest", "malformed",
                "The request is malformed, or the step is not legal from here."),
    401: Status("Unauthorized", "unauthorized",
                "The credential is missing or not valid.", ("WWW-Authenticate",)),
    403: Status("Forbidden", "forbidden", "The caller is known, but may not do this."),
    404: Status("NotFound", "not_found", "There is nothing here that the caller may see."),
    409: Status("Conflict", "conflict", "The change collides with the present state."),
    410: Status("Gone", "cursor_expired", "It was there once, and is no longer kept."),
    412: Status("PreconditionFailed", "precondition_failed",
                "What the caller last saw is no longer so."),
    413: Status("BodyTooLarge", "body_too_large", "The body is larger than the limit."),
    415: Status("UnsupportedMediaType", "unsupported_media_type",
                "The body is not of a type that is read here."),
    422: Status("ValidationFailed", "validation_failed",
                "The input is well-formed, but not valid."),
    429: Status("Throttled", "throttled", "Too many requests for now.", ("Retry-After", *LIMITS)),
    503: Status("Unavailable", "unavailable",
                "The service cannot do this at the moment.", ("Retry-After",)),
})  # fmt: skip

HEADERS: Mapping[str, Part] = MappingProxyType({
    "X-Request-ID": {
        "description": "The id of this request in logs and audit; the caller may send its own.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{8,128}$"},
    },
    "Link": {
        "description": 'The neighbouring pages, `rel="next"` and `rel="prev"` (RFC 8288).',
        "schema": {"type": "string"},
    },
    "X-Total-Count": {
        "description": "How many there are on all pages; only with `?count=true`.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "ETag": {
        "description": "Names this state of the object, for `If-Match` and `If-None-Match`.",
        "schema": {"type": "string"},
    },
    "Idempotent-Replayed": {
        "description": "Whether this is the stored reply to an earlier request with the same key.",
        "schema": {"const": "true"},
    },
    "WWW-Authenticate": {
        "description": "The scheme that is asked for (RFC 6750, section 3).",
        "required": True,
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "What is left of each budget, and in how many seconds it is whole again: "
        '`"user";r=1199;t=58`.',
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": 'Each budget: its name, calls, and seconds: `"user";q=1200;w=60`.',
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Seconds to wait before the next try.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
    },
})  # fmt: skip

PROBLEM_SCHEMA: Part = {
    "type": "object",
    "description": "What every refusal looks like (RFC 9457). Sent as `application/problem+json` "
    "to a client that asks for it.",
    "properties": {
        "error": {
            "type": "string",
            "description": "A sentence for people; under `/oauth` the code of RFC 6749.",
        },
        "status_code": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {
            "type": "string",
            "pattern": "^[a-z][a-z0-9_]*$",
            "description": "For programs; `/problems` lists them all.",
        },
        "type": {"type": "string", "format": "uri", "description": "Where the code is explained."},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "The sentence for people."},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "Each thing that is wrong with the input, the first hundred of them.",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "Where: a JSON pointer (RFC 6901).",
                    },
                    "message": {"type": "string"},
                    "code": {"type": "string"},
                },
                "required": ["pointer", "message", "code"],
            },
        },
        "error_description": {
            "type": "string",
            "description": "Under `/oauth` alone: the sentence for people.",
        },
    },
    "required": [
        "error",
        "status_code",
        "code",
        "type",
        "title",
        "status",
        "detail",
        "request_id",
    ],
}


def response_of(status: int) -> Part:
    """Return the shared response of a status; what it refers to must be registered too."""
    body = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example_of(status)}
    names = ("X-Request-ID", *STATUSES[status].headers)
    return {
        "description": STATUSES[status].meaning,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {"application/json": body, "application/problem+json": body},
    }


def example_of(status: int) -> Part:
    """Return a body as it could be."""
    kind = STATUSES[status]
    fault = {"pointer": "/title", "message": "This field is required.", "code": "required"}
    return {
        "error": kind.meaning,
        "status_code": status,
        "code": kind.code,
        "type": f"https://taskflow.example.com/problems#{kind.code}",
        "title": kind.code.replace("_", " ").capitalize(),
        "status": status,
        "detail": kind.meaning,
        "request_id": "5f0c2a9e4b7d4c1f8f3e6a1b2c3d4e5f",
        **({"errors": [fault]} if kind.code == "validation_failed" else {}),
    }
