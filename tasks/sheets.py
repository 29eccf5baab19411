"""How do the rows of a file become records? Each by itself, whatever is wrong with the others."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from rest_framework.exceptions import ValidationError

from tasks.file_serializers import KEPT, RecordIn
from tasks.files import members_of
from tasks.lifecycle import Status
from tasks.operations.records import Record, Sheet
from wire.errors import Fault, InvalidInput
from wire.row_parsers import Cells, Row
from wire.serializers import faults_in

MOST_ROWS = 10_000


def read_sheet(rows: Sequence[Row]) -> Sheet:
    """Return what can be read of the rows, and what is wrong with the rest.

    Raises InvalidInput where they cannot be taken for rows of tasks at all.
    """
    if not 1 <= len(rows) <= MOST_ROWS:
        raise InvalidInput.at("/rows", f"Send 1 to {MOST_ROWS:,} rows.", "row_count")
    form = RecordIn()
    _refuse_unknown_columns(rows[0].content, form)
    sheet = Sheet(rows=len(rows), records=[], ids=set(), faults=[])
    for number, row in enumerate(rows):
        _read(number, row, form, sheet)
    return sheet


def _refuse_unknown_columns(first: object, form: RecordIn) -> None:
    """Say once of a table what would be wrong with each of its rows."""
    columns = first if isinstance(first, Cells) else ()
    unknown = [name for name in columns if name not in form.fields]
    if unknown:
        raise InvalidInput([
            Fault(f"/columns/{name}", "There is no such column.", "unknown_member")
            for name in unknown
        ])  # fmt: skip


def _read(number: int, row: Row, form: RecordIn, sheet: Sheet) -> None:
    """Add a row to the sheet: as a record, or by what is wrong with it."""
    members, faults = _members(row.content)
    given: Mapping[str, Any] = {}
    try:
        given = form.run_validation(members)
    except ValidationError as error:
        faults += faults_in(error.detail)
    own = _id_in(members, form)
    if own in sheet.ids:
        faults.append(Fault("/id", "Another row has this id.", "duplicate"))
    elif own is not None:
        sheet.ids.add(own)
    if not faults:
        sheet.records.append(_record(number, row.line, given))
    sheet.faults.extend(
        Fault(f"/rows/{number}{fault.pointer.rstrip('/')}", f"Line {row.line}: {fault.message}",
              fault.code)
        for fault in faults
    )  # fmt: skip


def _members(content: object) -> tuple[object, list[Fault]]:
    return members_of(content) if isinstance(content, Cells) else (content, [])


def _id_in(members: object, form: RecordIn) -> int | None:
    """Return the id of a row, which may be good where the rest of it is not."""
    own = None
    if isinstance(members, Mapping):
        with suppress(ValidationError):
            own = form.fields["id"].run_validation(members.get("id"))
    return own


def _record(number: int, line: int, given: Mapping[str, Any]) -> Record:
    members = {name: value for name, value in given.items() if name not in KEPT}
    if "status" in members:
        members["status"] = Status(members["status"])
    return Record(row=number, line=line, **members)
