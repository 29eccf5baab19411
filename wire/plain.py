"""Which bodies are plainly right? Those of short texts without anything odd in them.

A serializer asks each of its members, those that did not come among them, and each of their
validators: most of what a token request of three words took. What is plainly right is told by one
look at each word. About everything else, right or wrong, the serializer is asked: it alone says
what is right, and what is wrong in its words.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from rest_framework.fields import empty
from rest_framework.serializers import Serializer

from wire.fields import NoSurrogates, Text

# Visible ASCII with nothing to trim. Of this a text is asked no more than its length.
_PLAIN = re.compile(r"[!-~]++(?: ++[!-~]++)*+")
_ANSWERED = {MaxLengthValidator, ProhibitNullCharactersValidator, NoSurrogates}


class Plain:
    """What tells a plain body of one kind, which is of texts alone."""

    def __init__(self, reader: Serializer[Any], *, ignores_unknown: bool) -> None:
        fields: Mapping[str, Any] = reader.fields
        self._ignores_unknown = ignores_unknown
        self._longest = {name: field.max_length for name, field in fields.items()}
        self._needed = frozenset(name for name, field in fields.items() if field.required)

    def read(self, data: object) -> dict[str, str] | None:
        """Return what the serializer would, None where it has to be asked."""
        if type(data) is not dict:
            return None
        found = {}
        for name, text in data.items():
            longest = self._longest.get(name)
            if longest is not None:
                if not (type(text) is str and len(text) <= longest and _PLAIN.fullmatch(text)):
                    return None
                found[name] = text
            elif not self._ignores_unknown:
                return None
        return found if self._needed <= found.keys() else None


def is_of_texts(reader: Serializer[Any]) -> bool:
    """Tell whether a plain text of no more than its length is right for each member."""
    return all(map(_is_told_by_length, reader.fields.values()))


def _is_told_by_length(field: Any) -> bool:
    return (
        field.default is empty
        and type(field) is Text
        and field.max_length is not None
        and not field.read_only
        and field.source == field.field_name
        and {type(each) for each in field.validators} == _ANSWERED
    )
