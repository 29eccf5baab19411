"""Which parameters does an operation take? Read off the fields of its class."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from types import MappingProxyType, UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

NAMES: Mapping[object, str] = MappingProxyType({str: "string", int: "integer", bool: "boolean"})
ROWS = "rows"
LARGEST = 2**63 - 1
NOTHING = type(None)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter, or a column of one that is a table, as people who call see it."""

    name: str
    type: str
    nullable: bool
    required: bool
    default: object
    columns: Sequence["Parameter"] = ()
    make_row: Callable[..., object] | None = None

    def fits(self, value: object) -> bool:
        """Tell whether a JSON value is of this type; text that looks like a number is not one."""
        if value is None:
            return self.nullable
        if NAMES.get(type(value)) != self.type:
            return False
        if isinstance(value, str):
            return "\x00" not in value
        return isinstance(value, bool) or (isinstance(value, int) and abs(value) <= LARGEST)


def described(kind: type[Any]) -> list[Parameter]:
    """Return the parameters of an operation. Raises TypeError for a type that can not travel."""
    return list(_described(kind, may_hold_rows=True))


def _described(kind: type[Any], *, may_hold_rows: bool) -> Iterator[Parameter]:
    hints = get_type_hints(kind)
    for field in fields(kind):
        row = _row(hints[field.name]) if may_hold_rows else None
        if row is not None:
            columns = tuple(_described(row, may_hold_rows=False))
            yield Parameter(field.name, ROWS, False, *_default(field, ()), columns, row)
        else:
            kinds = _types(field.name, hints[field.name])
            (only,) = kinds - {NOTHING}
            yield Parameter(field.name, NAMES[only], NOTHING in kinds, *_default(field, None))


def _default(field: "Field[Any]", nothing: object) -> tuple[bool, object]:
    required = field.default is MISSING
    return required, nothing if required else field.default


def _row(hint: object) -> type[Any] | None:
    """Return the class of the rows when the hint is `tuple[Row, ...]`."""
    inner = get_args(hint) if get_origin(hint) is tuple else ()
    if len(inner) != 2 or inner[1] is not Ellipsis or not is_dataclass(inner[0]):
        return None
    return cast("type[Any]", inner[0])


def _types(name: str, hint: object) -> set[object]:
    types = set(get_args(hint)) if isinstance(hint, UnionType) else {hint}
    if len(types - {NOTHING}) != 1 or not types - {NOTHING} <= NAMES.keys():
        raise TypeError(
            f"parameter {name} is not one of str, int, bool (| None) or a tuple[Row, ...] of them"
        )
    return types
