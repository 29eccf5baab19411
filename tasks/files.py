"""What does a task look like in a file? The same in both directions."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tasks.rows import TaskRow, told
from wire.cells import is_formula, table, unguarded
from wire.errors import Fault
from wire.row_parsers import Cells
from wire.strict_json import NotStrictJson, loads

COLUMNS = TaskRow._fields
LISTS = frozenset({"tags", "depends_on"})
# Where a handle may stand as people write it, though spreadsheets begin formulas with `@` too.
PEOPLE = frozenset({"assigned_to", "created_by"})


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A kind of file: its media type, its head, and how some tasks stand in it."""

    media_type: str
    head: str
    text: Callable[[Iterable[TaskRow]], str]


def as_table(tasks: Iterable[TaskRow]) -> str:
    """Return the tasks as records of CSV."""
    return table([_cell(value) for value in told(task).values()] for task in tasks)


def as_lines(tasks: Iterable[TaskRow]) -> str:
    """Return the tasks as lines of JSON, each as the task is shown."""
    return "".join(f"{json.dumps(told(task), ensure_ascii=False)}\n" for task in tasks)


FORMATS: Mapping[str, FileFormat] = MappingProxyType({
    "csv": FileFormat("text/csv", table([COLUMNS]), as_table),
    "jsonl": FileFormat("application/jsonl", "", as_lines),
})  # fmt: skip


def file_of(parts: Iterable[Sequence[TaskRow]], kind: FileFormat) -> Iterator[str]:
    """Yield the file of some tasks, one piece for each part of them."""
    yield kind.head
    yield from map(kind.text, parts)


def members_of(cells: Cells) -> tuple[dict[str, Any], list[Fault]]:
    """Return the members that a row of cells stands for, and the cells that stand for none.

    An empty cell is an absent member; a list is written as JSON.
    """
    members: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, cell in cells.items():
        if is_formula(cell) and not (name in PEOPLE and cell.startswith("@")):
            faults.append(Fault(f"/{name}", FORMULA_CELL, "formula"))
        elif name in LISTS and cell:
            members[name] = _listed(name, unguarded(cell), faults)
        elif cell:
            members[name] = unguarded(cell)
    return members, faults


FORMULA_CELL = "The cell begins as a formula does; put an apostrophe before it to mean the text."


def _cell(value: object) -> str:
    if value is None or value == []:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _listed(name: str, text: str, faults: list[Fault]) -> object:
    try:
        return loads(text)
    except NotStrictJson:
        faults.append(Fault(f"/{name}", "Write a list as a JSON array.", "invalid"))
        return []
