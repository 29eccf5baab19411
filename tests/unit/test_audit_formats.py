"""Entries as lines of a file: read back as they were written, and no formula in a table."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.formats import FORMATS, MEMBERS, Unreadable
from audit.ledger import canonical

TEXT = st.text("ab ä☂\u2028\x85\x0b\"',;=@-\\\r\n\t", max_size=6)
RISKY = st.sampled_from(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''", "a\r\nb", ""])
VALUES = {
    "id": st.integers(1),
    "position": st.none() | st.integers(0),
    "task_id": st.none() | st.integers(1),
    "project_slug": st.none() | st.sampled_from(["garden", "-"]),
    "ip": st.none() | st.sampled_from(["192.0.2.7", "2001:db8::1"]),
    "changes": st.dictionaries(TEXT, st.lists(TEXT | st.none() | st.integers(), max_size=2)),
    "context": st.dictionaries(TEXT, TEXT | st.floats(allow_nan=False) | st.booleans()),
}
ENTRIES = st.fixed_dictionaries({name: VALUES.get(name, TEXT | RISKY) for name in MEMBERS})
MANIFEST = {"count": 2, "filters": {"actor_id": "@alice"}}


def written(form, entries):
    lines = [form.head(), *(form.entry(entry) for entry in entries), form.manifest(MANIFEST)]
    return "".join(lines).encode()


@pytest.mark.parametrize("name", FORMATS)
@given(st.lists(ENTRIES, max_size=3))
def test_what_was_written_is_read_back(name, entries):
    form = FORMATS[name]
    content = written(form, entries)

    lines = list(form.read(content.splitlines(keepends=True)))

    assert b"".join(line.raw for line in lines) == content
    said = [line.said for line in lines if line.said]
    assert said == [*entries, {"manifest": MANIFEST}]


@given(ENTRIES)
def test_no_cell_of_a_table_begins_as_a_formula_would(entry):
    line = FORMATS["csv"].entry(entry)

    for cell in next(csv.reader([line], strict=True)) if "\n" not in line[:-2] else []:
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("jsonl", b"{"), ("jsonl", b"[]\n"), ("jsonl", b"\xff\n"), ("jsonl", b"[" * 100_000),
        ("csv", b"a,b,c\r\n"), ("csv", b'"open'), ("csv", b"\xff\r\n"), ("csv", b"#manifest,{\r\n"),
    ],
)  # fmt: skip
def test_what_is_no_line_of_ours_is_refused(name, content):
    with pytest.raises(Unreadable):
        list(FORMATS[name].read([content]))


@given(ENTRIES)
def test_what_is_hashed_is_json_in_one_spelling(entry):
    assert canonical(entry) == canonical(dict(reversed(entry.items())))
    assert canonical({"b": 1.0, "a": ["ä", None]}) == '{"a":["ä",null],"b":1.0}'
