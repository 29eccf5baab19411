"""How do the parameters of a run travel? As a JSON object that the fields of the class describe."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, asdict, dataclass, fields
from types import MappingProxyType, UnionType
from typing import Any, TypeAlias, get_args, get_type_hints

from migrations_ops.oneshot import Oneshot
from wire.errors import Fault, InvalidInput

Given: TypeAlias = Mapping[str, object]

LONGEST = 500_000  # characters in all
LONGEST_IN_TOKEN = 3_000  # longer ones are repeated by the call: a token travels in a header
LARGEST = 2**63 - 1
NAMES: Mapping[object, str] = MappingProxyType({str: "string", int: "integer", bool: "boolean"})
NOTHING = type(None)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter, as people who call the operation see it."""

    name: str
    type: str
    nullable: bool
    required: bool
    default: object


def described(kind: type[Oneshot]) -> list[Parameter]:
    """Return the parameters of an operation. Raises TypeError for a type that can not travel."""
    hints = get_type_hints(kind)
    return [_parameter(field, _types(field.name, hints[field.name])) for field in fields(kind)]


def read(kind: type[Oneshot], given: Given) -> Oneshot:
    """Make the operation with these parameters. Raises InvalidInput naming each bad one."""
    faults = list(_faults(kind, given))
    if faults:
        raise InvalidInput(faults)
    try:
        operation = kind(**given)
    except ValueError as error:
        raise InvalidInput.at("/parameters", str(error), "invalid") from error
    if len(canonical(operation)) > LONGEST:
        message = f"They may have {LONGEST} characters in all."
        raise InvalidInput.at("/parameters", message, "too_long")
    return operation


def spelled(operation: Oneshot) -> dict[str, Any]:
    """Return all parameters as JSON values, defaults included."""
    return asdict(operation)


def canonical(operation: Oneshot) -> str:
    """Return the one JSON text of the parameters (as RFC 8785 would write these few types)."""
    return _canonical(spelled(operation))


def digest(operation: Oneshot) -> str:
    """Return the SHA-256 of the parameters, in hex."""
    return digest_of(spelled(operation))


def digest_of(values: Mapping[str, Any]) -> str:
    """Return the SHA-256 of parameters that were kept."""
    return hashlib.sha256(_canonical(values).encode()).hexdigest()


def portable(values: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the parameters when a token can carry them, None when their digest has to do."""
    return values if len(_canonical(values)) <= LONGEST_IN_TOKEN else None


def told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a receipt and the audit say of parameters: a digest, and themselves if short."""
    return {"parameters": portable(values), "parameters_sha256": digest_of(values)}


def _canonical(values: Mapping[str, Any]) -> str:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _parameter(field: "Field[object]", types: set[object]) -> Parameter:
    (kind,) = types - {NOTHING}
    required = field.default is MISSING
    return Parameter(
        field.name, NAMES[kind], NOTHING in types, required, None if required else field.default
    )


def _types(name: str, hint: object) -> set[object]:
    types = set(get_args(hint)) if isinstance(hint, UnionType) else {hint}
    if len(types - {NOTHING}) != 1 or not types - {NOTHING} <= NAMES.keys():
        raise TypeError(f"parameter {name} is not one of str, int, bool (| None)")
    return types


def _faults(kind: type[Oneshot], given: Given) -> Iterator[Fault]:
    known = {parameter.name: parameter for parameter in described(kind)}
    for name in given.keys() - known.keys():
        yield Fault(f"/parameters/{_escaped(name)}", "No such parameter.", "unknown_member")
    for name, parameter in known.items():
        if name in given and not _fits(given[name], parameter):
            message = f"This is not a fitting {parameter.type}."
            yield Fault(f"/parameters/{name}", message, "invalid")
        elif parameter.required and name not in given:
            yield Fault(f"/parameters/{name}", "This parameter is required.", "required")


def _fits(value: object, parameter: Parameter) -> bool:
    if value is None:
        return parameter.nullable
    if NAMES.get(type(value)) != parameter.type:
        return False
    if isinstance(value, str):
        return "\x00" not in value
    return isinstance(value, bool) or (isinstance(value, int) and abs(value) <= LARGEST)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
