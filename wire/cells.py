"""How does a table travel as text, so that no spreadsheet takes a cell for a formula?

A cell that begins as a formula may run in the spreadsheet of whoever opens the file. Such a cell
travels with an apostrophe before it, and so does one that already looks guarded: hence the
apostrophe can be told from one that belongs to the text, and taking it off gives the text back.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

GUARD = "'"
# What spreadsheets begin a formula with, whitespace they skip before it, and the wide forms that
# East Asian ones read alike.
FORMULA = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_GUARDED = FORMULA | {GUARD}


def is_formula(cell: str) -> bool:
    """Tell whether a spreadsheet could take the cell for a formula."""
    return cell[:1] in FORMULA


def guarded(text: str) -> str:
    """Return the cell that is sent for a text."""
    return GUARD + text if text[:1] in _GUARDED else text


def unguarded(cell: str) -> str:
    """Return the text that a cell was sent for."""
    return cell[1:] if cell[:1] == GUARD and cell[1:2] in _GUARDED else cell


def table(rows: Iterable[Sequence[str]]) -> str:
    """Return rows of texts as records of CSV (RFC 4180)."""
    out = StringIO(newline="")
    csv.writer(out).writerows([guarded(text) for text in row] for row in rows)
    return out.getvalue()
