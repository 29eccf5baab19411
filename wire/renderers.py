"""How is an answer written? As JSON; some answers are JSON text already when they get here."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from wire.negotiation import JSON

# Line ends in JavaScript but not in JSON: DRF escapes them, so that an answer may stand in a page.
_LINE_ENDS = {"\u2028": "\\u2028", "\u2029": "\\u2029"}


class Spelled(str):
    """The JSON text of an answer that its maker spelled."""

    __slots__ = ()

    @property
    def is_object(self) -> bool:
        """Tell whether it shows one object."""
        return self.startswith("{")


class SpelledOrNot(JSONRenderer):
    """Passes on what is spelled, and spells the rest."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the bytes of the answer."""
        if isinstance(data, Spelled):
            return _in_pages(data).encode()
        rendered: bytes = super().render(data, accepted_media_type, renderer_context)
        return rendered


def _in_pages(text: str) -> str:
    for end, escaped in _LINE_ENDS.items():
        text = text.replace(end, escaped)
    return text


class Answer(HttpResponse):
    """What DRF's Response would be with these members, written already."""

    def __init__(self, data: Mapping[str, str | int]) -> None:
        self.data = data
        super().__init__(_in_pages(_SPELL(data)).encode(), content_type=JSON)


_SPELL = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # as DRF's


def answered(request: Request, data: Mapping[str, str | int]) -> HttpResponse:
    """Answer with a few members of plain values, in one step where nothing is asked but JSON."""
    return Answer(data) if request.accepted_media_type == JSON else Response(data)
