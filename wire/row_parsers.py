"""How is a body of many rows read? All of it, before anything is decided about any row."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from wire.parsers import only_utf8, read_body
from wire.strict_json import NotStrictJson, loads


class Cells(dict[str, str]):
    """A row whose members are text: the cells of a table by their column."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on, counted from 1, and what stands there."""

    line: int
    content: object


class JSONLinesParser(BaseParser):
    """Read one strict JSON text a line; empty lines are none."""

    media_type = "application/jsonl"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the rows. Raises ParseError, BodyTooLarge, UnsupportedMediaType."""
        only_utf8(media_type)
        lines = enumerate(read_body(stream).split(b"\n"), 1)
        return [Row(number, _value(number, line)) for number, line in lines if line.strip()]


class CSVParser(BaseParser):
    """Read a table as RFC 4180 has it, its first record the names of the columns."""

    media_type = "text/csv"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the rows, each as Cells. Raises ParseError, BodyTooLarge, UnsupportedMediaType."""
        only_utf8(media_type)
        try:
            # Spreadsheets put a byte order mark before the header.
            text = read_body(stream).decode("utf-8-sig")
        except UnicodeError as error:
            raise ParseError("The body is not UTF-8.") from error
        records = _records(text)
        _, columns = next(records, (1, []))
        if len(set(columns)) < len(columns):
            raise ParseError("A column stands twice in the header.")
        return [Row(line, _cells(line, columns, record)) for line, record in records]


def _value(number: int, line: bytes) -> object:
    try:
        return loads(line)
    except NotStrictJson as error:
        raise ParseError(f"Line {number} is not valid JSON: {error}.") from error


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the records that hold anything, each with the line it begins on."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for record in reader:
            if record:
                yield begins, record
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ParseError(f"Line {begins} is not valid CSV: {error}.") from error


def _cells(line: int, columns: list[str], record: list[str]) -> Cells:
    if len(record) != len(columns):
        raise ParseError(f"Line {line} has {len(record)} cells, the header {len(columns)}.")
    return Cells(zip(columns, record, strict=True))
