"""Where in the order of all events does somebody stand? Pure."""

import struct
from typing import NamedTuple

from accounts import base64url

_PAIR = struct.Struct(">QQ")
_LARGEST = 2**63 - 1


class NotACursor(ValueError):
    """The text names no place."""


class Cursor(NamedTuple):
    """The place of one event; opaque on the wire."""

    horizon: int
    id: int

    def __str__(self) -> str:
        return base64url.encode(_PAIR.pack(*self))


def parse(text: str) -> Cursor:
    """Return the place that a cursor names. Raises NotACursor."""
    try:
        cursor = Cursor(*_PAIR.unpack(base64url.decode(text)))
    except (ValueError, struct.error) as error:
        raise NotACursor("not spelled as a cursor is") from error
    if max(cursor) > _LARGEST:
        raise NotACursor("a number that no event has")
    return cursor
