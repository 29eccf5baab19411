"""Which header fields make a request conditional, or let it be repeated? (RFC 9110, section 13)"""

from collections.abc import Iterator
from typing import cast

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from accounts.scopes import ANYBODY
from config.openapi_parts import LIMITS
from wire.entity_tags import SAFE
from wire.once import HEADER, REPLAYED
from wire.views import Endpoint

KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    description="Sent again within 24 hours with the same request, it gets the first reply and "
    f"changes nothing; `{REPLAYED}: true` tells so. With another request: 422 "
    "`idempotency_key_reused`. While the first runs longer than a few seconds: 409 "
    "`idempotency_key_in_use`.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    {"type": "string"},
    OpenApiParameter.HEADER,
    description="The `ETag` of what the caller last saw: 412 `precondition_failed` when it is "
    "something else by now.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    {"type": "string"},
    OpenApiParameter.HEADER,
    description="The `ETag` of what the caller has: 304 when it is still so.",
)
NO_KEY = f"An `{HEADER}` is ignored: what is answered here is not kept."


def conditions(schema: AutoSchema) -> Iterator[OpenApiParameter]:
    """Yield the header fields that an operation heeds."""
    if is_remembered(schema):
        yield KEY
    if heeds_if_match(schema):
        yield IF_MATCH
    if schema.method in SAFE and is_tagged(schema):
        yield IF_NONE_MATCH


def answered_with(schema: AutoSchema) -> Iterator[str]:
    """Yield the header fields of its good answers."""
    if _view(schema).throttle_classes:
        yield from LIMITS
    if is_tagged(schema):
        yield "ETag"
    if is_remembered(schema):
        yield REPLAYED


def is_remembered(schema: AutoSchema) -> bool:
    """Tell whether the reply to a key is kept."""
    view = _view(schema)
    has_caller = view.required_scopes.get(schema.method) != ANYBODY
    return _may_be_sent_a_key(schema) and has_caller and view.keeps_replies


def remark(schema: AutoSchema) -> str:
    """Return the sentence that tells where a key is not heeded."""
    return NO_KEY if _may_be_sent_a_key(schema) and not is_remembered(schema) else ""


def heeds_if_match(schema: AutoSchema) -> bool:
    """Tell whether the operation compares tags before it changes anything."""
    return schema.method not in SAFE and _view(schema).heeds_if_match


def is_tagged(schema: AutoSchema) -> bool:
    """Tell whether it answers with one object and its tag."""
    is_one = schema.path.startswith("/api/") and not schema._is_list_view()  # noqa: SLF001
    return is_one and schema.method in _view(schema).tagged


def _may_be_sent_a_key(schema: AutoSchema) -> bool:
    return schema.method not in SAFE and schema.path.startswith("/api/")


def _view(schema: AutoSchema) -> Endpoint:
    return cast("Endpoint", schema.view)
