"""How does history look in a file? A line for each entry, the manifest last. Pure: no Django.

Each entry tells by `so_far` the SHA-256 of all bytes before it, cut to 32 hex digits: where a file
was changed, the next line says so.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from audit.ledger import HASHED, canonical
from wire.cells import guarded, unguarded

MEMBERS = ("id", "position", "occurred_at", *HASHED, "leaf_hash", "so_far")
SO_FAR = 32  # hex digits
MANIFEST = "manifest"

_NUMBERS = frozenset({"id", "position", "task_id"})
_OBJECTS = frozenset({"changes", "context"})
_NULL = frozenset({"position", "task_id", "project_slug", "ip"})
_MARK = "#manifest"

Members = dict[str, Any]


class Unreadable(ValueError):
    """A line is neither an entry nor a manifest."""


class Line(NamedTuple):
    """A line as it stands in the file, and what it says; a manifest has that name for a member."""

    raw: bytes
    said: Members


class Format(Protocol):
    """A way of writing entries down, and of reading them back."""

    media_type: str

    def head(self) -> str:
        """Return what comes before the first entry."""
        ...

    def entry(self, members: Mapping[str, Any]) -> str:
        """Return an entry as a line."""
        ...

    def manifest(self, members: Mapping[str, Any]) -> str:
        """Return the manifest as a line."""
        ...

    def read(self, lines: Iterable[bytes]) -> Iterator[Line]:
        """Yield entries and manifest, and what comes before them as a line that says nothing.

        Raises Unreadable.
        """
        ...


class JsonLines:
    """One JSON object a line."""

    media_type = "application/jsonl"

    def head(self) -> str:
        return ""

    def entry(self, members: Mapping[str, Any]) -> str:
        return f"{canonical(members)}\n"

    def manifest(self, members: Mapping[str, Any]) -> str:
        return f"{canonical({MANIFEST: members})}\n"

    def read(self, lines: Iterable[bytes]) -> Iterator[Line]:
        for raw in lines:
            try:
                said = json.loads(raw)
            except (ValueError, RecursionError) as error:
                raise Unreadable from error
            if not isinstance(said, dict):
                raise Unreadable
            yield Line(raw, said)


class Csv:
    """A table with a head (RFC 4180); no cell begins as a formula would."""

    media_type = "text/csv"

    def head(self) -> str:
        return _row(MEMBERS)

    def entry(self, members: Mapping[str, Any]) -> str:
        return _row(_cell(name, members[name]) for name in MEMBERS)

    def manifest(self, members: Mapping[str, Any]) -> str:
        return _row((_MARK, canonical(members)))

    def read(self, lines: Iterable[bytes]) -> Iterator[Line]:
        taken = _Taken(lines)
        try:
            for row in csv.reader(taken, strict=True):
                yield Line(taken.give(), _said(row))
        except (ValueError, RecursionError, csv.Error) as error:
            raise Unreadable from error


class _Taken:
    """Remembers the bytes of the lines that make up a row: a cell may hold line ends."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self._raw = b""

    def __iter__(self) -> "_Taken":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._raw += line
        return line.decode()

    def give(self) -> bytes:
        raw, self._raw = self._raw, b""
        return raw


def _row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    text = canonical(value) if name in _OBJECTS else str(value)
    return guarded(text)


def _said(row: list[str]) -> Members:
    if row == list(MEMBERS):
        return {}
    if len(row) == 2 and row[0] == _MARK:
        return {MANIFEST: json.loads(row[1])}
    return {name: _value(name, cell) for name, cell in zip(MEMBERS, row, strict=True)}


def _value(name: str, cell: str) -> Any:
    text = unguarded(cell)
    if not cell and name in _NULL:
        return None
    if name in _NUMBERS:
        return int(text)
    return json.loads(text) if name in _OBJECTS else text


FORMATS: Mapping[str, Format] = MappingProxyType({"jsonl": JsonLines(), "csv": Csv()})
