"""POST /api/tasks/import, refused: every bad row is named, and nothing is stored."""

import json
from typing import Any

import pytest

from audit.models import Entry
from tasks.lifecycle import Status
from tasks.models import Task
from tests.factories import a_task
from tests.files import PATHS, faults, send_file, send_rows

MIB = 1024 * 1024
GOOD = {"title": "Sand"}
BAD_ROWS: list[tuple[Any, str, str]] = [
    ({}, "/title", "required"),
    ({"title": ""}, "/title", "blank"),
    ({"title": 7}, "/title", "invalid"),
    ({"title": "x" * 201}, "/title", "max_length"),
    ({"title": "a\x00b"}, "/title", "null_characters_not_allowed"),
    ({"title": "x", "surprise": 1}, "/surprise", "unknown_member"),
    ({"title": "x", "held_by": "@bob"}, "/held_by", "unknown_member"),
    ({"title": "x", "tags": "wood"}, "/tags", "not_a_list"),
    ({"title": "x", "tags": ["x" * 51]}, "/tags/0", "max_length"),
    ({"title": "x", "status": "lost"}, "/status", "invalid_choice"),
    ({"title": "x", "priority": "urgent"}, "/priority", "invalid_choice"),
    ({"title": "x", "progress_percent": 101}, "/progress_percent", "max_value"),
    ({"title": "x", "due_date": "soon"}, "/due_date", "invalid"),
    ({"title": "x", "version": "new"}, "/version", "invalid"),
    ({"title": "x", "id": 10**30}, "/id", "max_value"),
    ({"title": "x", "assigned_to": "@mallory"}, "/assigned_to", "unknown_principal"),
    ({"title": "x", "parent_id": 4711}, "/parent_id", "unknown_task"),
    ({"title": "x", "depends_on": [1, 4711]}, "/depends_on/1", "unknown_task"),
    ({"title": "x", "id": 7, "parent_id": 7}, "/parent_id", "cycle"),
    ({"title": "x", "id": 7, "depends_on": [7]}, "/depends_on", "cycle"),
    ({"title": "x", "id": 1}, "/id", "duplicate"),
    ({"title": "x", "parent_id": 1}, "/parent_id", "parent_completed"),
    ({"title": "x", "status": "in_progress"}, "/assigned_to", "inconsistent"),
    ({"title": "x", "status": "review"}, "/assigned_to", "inconsistent"),
    ({"title": "x", "status": "blocked"}, "/blocked_reason", "inconsistent"),
    ({"title": "x", "blocked_reason": "Rain."}, "/blocked_reason", "inconsistent"),
    ({"title": "x", "completed_at": "2026-03-01T12:00:00Z"}, "/completed_at", "inconsistent"),
    ({"title": "x", "started_at": "2999-03-01T12:00:00Z"}, "/started_at", "inconsistent"),
    ({"title": "x", "status": "completed", "progress_percent": 99}, "/progress_percent",
     "inconsistent"),
    (7, "", "invalid"),
    (None, "", "null"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "pointer", "code"), BAD_ROWS, ids=lambda value: repr(value)[:40])
def test_a_bad_row_is_named_by_its_place(as_alice, row, pointer, code):
    first = {"id": 1, "title": "Done", "status": "completed"}

    answer = send_rows(as_alice, first, GOOD, row, GOOD)

    assert (f"/rows/2{pointer}", code) in faults(answer)
    assert answer.json()["code"] == "validation_failed"
    assert all(error["message"].startswith("Line 3: ") for error in answer.json()["errors"])
    assert not Task.objects.exists()
    assert not Entry.objects.exists()


def test_all_bad_rows_are_said_at_once_whatever_is_wrong_with_them(as_alice):
    done = a_task(Status.COMPLETED)
    rows: list[dict[str, Any]] = [
        {"title": "", "id": 9999}, GOOD,
        {"title": "x", "assigned_to": "@mallory", "parent_id": 9999},
        {"title": "x", "parent_id": done.pk}, {"title": "x", "priority": 1, "status": 1},
    ]  # fmt: skip

    answer = send_rows(as_alice, *rows)

    assert faults(answer) == [
        ("/rows/0/title", "blank"), ("/rows/2/assigned_to", "unknown_principal"),
        ("/rows/3/parent_id", "parent_completed"), ("/rows/4/priority", "invalid_choice"),
        ("/rows/4/status", "invalid_choice"),
    ]  # fmt: skip
    assert answer.json()["error"].startswith("4 of 5 rows cannot be imported")


def test_a_cycle_is_told_by_the_rows_on_it_alone(as_alice):
    rows = [
        {"title": "a", "id": 1, "depends_on": [2]}, {"title": "b", "id": 2, "depends_on": [3]},
        {"title": "c", "id": 3, "depends_on": [1]}, {"title": "waits", "id": 4, "depends_on": [1]},
        {"title": "up", "id": 5, "parent_id": 6}, {"title": "down", "id": 6, "parent_id": 5},
    ]  # fmt: skip

    assert faults(send_rows(as_alice, *rows)) == [
        *((f"/rows/{row}/depends_on", "cycle") for row in range(3)),
        ("/rows/4/parent_id", "cycle"), ("/rows/5/parent_id", "cycle"),
    ]  # fmt: skip


def test_the_first_hundred_faults_are_listed_and_all_are_counted(as_alice):
    answer = send_rows(as_alice, GOOD, *([{"title": ""}] * 150))

    assert len(faults(answer)) == 100
    assert answer.json()["error"] == (
        "150 of 151 rows cannot be imported, so none was. 100 of 150 faults are listed."
    )


def test_one_bad_row_among_ten_thousand(as_alice):
    rows = [{"title": f"Task {number}"} for number in range(10_000)]
    rows[7_318] = {"title": ""}

    answer = send_rows(as_alice, *rows)

    assert faults(answer) == [("/rows/7318/title", "blank")]
    assert "Line 7319" in answer.json()["errors"][0]["message"]
    assert not Task.objects.exists()


@pytest.mark.parametrize("rows", [0, 10_001])
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_file_has_one_to_ten_thousand_rows(as_alice, kind, rows):
    text = "title\n" + "x\n" * rows if kind == "csv" else '{"title": "x"}\n' * rows

    assert faults(send_file(as_alice, text, kind)) == [("/rows", "row_count")]
    assert faults(send_file(as_alice, "", kind)) == [("/rows", "row_count")]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_body_one_byte_over_the_limit_is_not_read(as_alice, kind):
    answer = send_file(as_alice, b" " * (MIB + 1), kind)

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b'{"title": "a"}\n{"title": "a", "title": "b"}', 2),
        (b'{"title": "a"}\n\n{"title": NaN}', 3),
        (b'\xef\xbb\xbf{"title": "a"}', 1),
        (b'{"title": "\xff"}', 1),
        (b'{"title": "\\ud800"}', 1),
        (b'{"title": "a"}\n{', 2),
        (b'[{"title":\n "a"}]', 1),
        (b"[" * 10_000, 1),
    ],
)
def test_lines_that_are_not_strict_json(as_alice, text, line):
    answer = send_file(as_alice, text)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert answer.json()["error"].startswith(f"Line {line} is not valid JSON")
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b'title\n"a\nb"\n"c', "Line 4 is not valid CSV"),
        (b'title\n"a"b', "Line 2 is not valid CSV"),
        (b"title,tags\nx", "Line 2 has 1 cells, the header 2"),
        (b"title\n\nx\nx,y", "Line 4 has 2 cells, the header 1"),
        (b"title,title\nx,y", "A column stands twice"),
        (b"title\n\xff", "not UTF-8"),
        (b"title\n" + b"x" * 200_000, "Line 2 is not valid CSV"),
    ],
)
def test_text_that_is_no_table(as_alice, text, sentence):
    answer = send_file(as_alice, text, "csv")

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert sentence in answer.json()["error"]


def test_unknown_columns_are_told_once_and_not_row_by_row(as_alice):
    answer = send_file(as_alice, "title,colour,size\nx,red,1\ny,blue,2\n", "csv")

    assert faults(answer) == [("/columns/colour", "unknown_member"),
                              ("/columns/size", "unknown_member")]  # fmt: skip


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@A1", '"\t=1"', '"\r=1"', "\uff1d1"])
def test_a_formula_is_told_from_text_that_begins_like_one(as_alice, cell):
    answer = send_file(as_alice, f"title\nfine\n{cell}\n", "csv")

    assert faults(answer)[0] == ("/rows/1/title", "formula")
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("tags", "wood", "invalid"),
        ("tags", '"{""a"": 1}"', "not_a_list"),
        ("depends_on", '"[""x""]"', "invalid"),
        ("description", "a\x00b", "null_characters_not_allowed"),
        ("cancel_requested", "yes", "invalid"),
        ("parent_id", "\u0661", "invalid"),
        ("progress_percent", "1e1", "invalid"),
    ],
)
def test_a_cell_that_does_not_fit_its_column(as_alice, column, cell, code):
    answer = send_file(as_alice, f"title,{column}\nfine,\nx,{cell}\n", "csv")

    assert [(pointer.split("/")[:4], told) for pointer, told in faults(answer)] == [
        (["", "rows", "1", column], code)
    ]


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", "",
             "text/csv; charset=latin-1", "application/x-ndjson"],
)  # fmt: skip
def test_other_types_are_not_read(as_alice, kind):
    answer = as_alice.generic("POST", PATHS["in"], json.dumps([GOOD]), kind)

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_only_a_post_brings_tasks_in(as_alice):
    assert as_alice.get(PATHS["in"]).status_code == 405
    assert as_alice.post(PATHS["out"], {}).status_code == 405
