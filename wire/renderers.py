"""How is an answer written? As JSON; some answers are JSON text already when they get here."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer

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
