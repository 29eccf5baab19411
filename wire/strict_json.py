"""Is this one JSON text that every reader understands alike?

The standard library's C scanner does the work. It is lenient in a few places where two readers
may differ (RFC 8259, sections 4, 6 and 8); those are refused here (I-JSON, RFC 7493).
"""

import json
import math
import re
from itertools import accumulate
from typing import NoReturn

MAX_DEPTH = 32

# A string, or anything else that neither opens nor closes: what is left over is the nesting.
# Possessive repeats, so that hostile text cannot make the expression backtrack.
_NOT_NESTING = re.compile(r'"(?:[^"\\]++|\\.)*+"|[^\[\]{}"]++', re.DOTALL)
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1, '"': 0}
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class NotStrictJson(ValueError):
    """The text is not strict JSON. The message says why and quotes nothing of it."""


def loads(data: bytes | str, *, max_depth: int = MAX_DEPTH) -> object:
    """Return the value of a JSON text. Raises NotStrictJson and nothing else.

    Refused besides bad syntax: anything but UTF-8, a byte order mark, lone surrogates, duplicate
    members, NaN and infinities (also by overflow), integers too long for Python to read, and more
    than `max_depth` arrays and objects inside each other. NUL in a string is a field's matter.
    """
    text = _text(data)
    _refuse_depth(text, max_depth)
    try:
        value: object = _DECODER.decode(text)
    except NotStrictJson:
        raise
    except json.JSONDecodeError as error:
        raise NotStrictJson(f"{error.msg} at character {error.pos}") from error
    except (ValueError, RecursionError) as error:
        raise NotStrictJson("a number is too long, or the nesting too deep") from error
    if _SURROGATE_ESCAPE.search(text):
        _refuse_lone_surrogates(value)
    return value


def _text(data: bytes | str) -> str:
    try:
        if isinstance(data, str):
            data.encode()  # a str may hold lone surrogates, which have no UTF-8
            return data
        return data.decode()
    except UnicodeError as error:
        raise NotStrictJson("the text is not UTF-8") from error


def _refuse_depth(text: str, max_depth: int) -> None:
    """Measure the nesting before the parser, which recurses, sees it."""
    if text.count("[") + text.count("{") <= max_depth:
        return
    nesting = _NOT_NESTING.sub("", text)
    if max(accumulate(map(_STEP.__getitem__, nesting)), default=0) > max_depth:
        raise NotStrictJson(f"nested deeper than {max_depth}")


def _refuse_lone_surrogates(value: object) -> None:
    """Writing the value out fails exactly when an escape left half of a pair in it."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeError as error:
        raise NotStrictJson("a surrogate stands alone") from error


def _object(members: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(members)
    if len(result) != len(members):
        raise NotStrictJson("a member stands twice in one object")
    return result


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise NotStrictJson("a number is too large")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise NotStrictJson(f"{name} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_finite, parse_constant=_refuse_constant
)
