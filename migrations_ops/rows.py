"""How does a table travel as a parameter? As CSV text with a header line, or as JSON objects."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from migrations_ops.parameter_types import Parameter
from wire.errors import Fault

SPELLED: Mapping[str, Mapping[str, bool]] = MappingProxyType(
    {"boolean": {"true": True, "false": False}}
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it was given, and what people call its place."""

    index: int
    place: str
    values: Mapping[str, object]


class NotATable(Exception):
    """What was given is neither CSV with a header nor a list of objects. The message says why."""


def read(parameter: Parameter, given: object, at: str) -> tuple[list[Any], list[Fault]]:
    """Return the rows and what is wrong with them, each with the place of its cell."""
    try:
        lines = list(_lines(parameter, given))
    except NotATable as error:
        return [], [Fault(at, str(error), "invalid")]
    faults = [fault for line in lines for fault in _faults(parameter.columns, line, at)]
    if faults or parameter.make_row is None:
        return [], faults
    return _made(parameter.make_row, lines, at)


def _made(row: Callable[..., Any], lines: Sequence[Line], at: str) -> tuple[list[Any], list[Fault]]:
    """Let each row judge itself: its class may raise ValueError."""
    rows, faults = [], []
    for line in lines:
        try:
            rows.append(row(**line.values))
        except ValueError as error:
            faults.append(Fault(f"{at}/{line.index}", f"{line.place}: {error}", "invalid"))
    return rows, faults


def _lines(parameter: Parameter, given: object) -> Iterator[Line]:
    if isinstance(given, str):
        return _of_csv(parameter.columns, given)
    if isinstance(given, list | tuple) and all(isinstance(row, Mapping) for row in given):
        return (Line(index, f"Row {index + 1}", row) for index, row in enumerate(given))
    raise NotATable("This is neither CSV text with a header line nor a list of objects.")


def _of_csv(columns: Sequence[Parameter], text: str) -> Iterator[Line]:
    reader = csv.DictReader(io.StringIO(text), strict=True, restkey="")
    types = {column.name: column for column in columns}
    try:
        if len(set(reader.fieldnames or ())) < len(reader.fieldnames or ()):
            raise NotATable("Line 1 names a column twice.")
        for index, row in enumerate(reader):
            values = {
                name: _read_cell(types[name], cell) if name in types else cell
                for name, cell in row.items()
                if cell is not None
            }
            yield Line(index, f"Line {reader.line_num}", values)
    except csv.Error as error:
        raise NotATable(f"Line {reader.line_num + 1} is not CSV: {error}.") from error


def _read_cell(column: Parameter, cell: str) -> object:
    """Return the cell as its column's type; what does not read stays text, and will not fit."""
    if cell == "" and column.nullable:
        return None
    if column.type == "integer" and cell.isascii() and cell.removeprefix("-").isdigit():
        return int(cell)
    return SPELLED.get(column.type, {}).get(cell, cell)


def _faults(columns: Sequence[Parameter], line: Line, at: str) -> Iterator[Fault]:
    known = {column.name: column for column in columns}
    if not line.values.keys() <= known.keys():
        message = f"{line.place}: its columns are {', '.join(known)}, and no others."
        yield Fault(f"{at}/{line.index}", message, "unknown_member")
    for name, column in known.items():
        if name in line.values and not column.fits(line.values[name]):
            message = f"{line.place}: this is not a fitting {column.type}."
            yield Fault(f"{at}/{line.index}/{name}", message, "invalid")
        elif column.required and name not in line.values:
            message = f"{line.place}: this column is required."
            yield Fault(f"{at}/{line.index}/{name}", message, "required")
