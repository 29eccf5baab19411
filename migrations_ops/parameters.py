"""How do the parameters of a run travel? As a JSON object that the fields of the class describe."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, TypeAlias

from migrations_ops import rows
from migrations_ops.oneshot import Oneshot
from migrations_ops.parameter_types import ROWS, described
from wire.errors import Fault, InvalidInput

Given: TypeAlias = Mapping[str, object]

LONGEST = 500_000  # characters in all
LONGEST_IN_TOKEN = 3_000  # longer ones are repeated by the call: a token travels in a header


def read(kind: type[Oneshot], given: Given) -> Oneshot:
    """Make the operation with these parameters. Raises InvalidInput naming each bad one."""
    read, faults = _tables(kind, given)
    faults += _faults(kind, given)
    if faults:
        raise InvalidInput(faults)
    try:
        operation = kind(**{**given, **read})
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


def _tables(kind: type[Oneshot], given: Given) -> tuple[dict[str, object], list[Fault]]:
    """Read those parameters that are tables; returns them and what is wrong with them."""
    read: dict[str, object] = {}
    found: list[Fault] = []
    for parameter in described(kind):
        if parameter.type == ROWS and parameter.name in given:
            made, faults = rows.read(
                parameter, given[parameter.name], f"/parameters/{parameter.name}"
            )
            read[parameter.name] = tuple(made)
            found += faults
    return read, found


def _faults(kind: type[Oneshot], given: Given) -> Iterator[Fault]:
    known = {parameter.name: parameter for parameter in described(kind)}
    for name in given.keys() - known.keys():
        yield Fault(f"/parameters/{_escaped(name)}", "No such parameter.", "unknown_member")
    for name, parameter in known.items():
        if name in given and parameter.type != ROWS and not parameter.fits(given[name]):
            message = f"This is not a fitting {parameter.type}."
            yield Fault(f"/parameters/{name}", message, "invalid")
        elif parameter.required and name not in given:
            yield Fault(f"/parameters/{name}", "This parameter is required.", "required")


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
