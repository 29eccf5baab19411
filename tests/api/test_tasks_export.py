"""GET /api/tasks/export"""

import csv
import json
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks import reading
from tasks.lifecycle import Status
from tasks.models import Dependency, Task
from tasks.rows import TaskRow
from tests.factories import NOON, a_task
from tests.files import fetch_file

PATH = "/api/tasks/export"


@pytest.mark.parametrize(
    ("query", "kind", "name"),
    [
        ("", "application/jsonl", "tasks.jsonl"),
        ("?format=jsonl", "application/jsonl", "tasks.jsonl"),
        ("?format=csv", "text/csv", "tasks.csv"),
    ],
)
def test_a_file_says_what_it_is(as_alice, query, kind, name):
    answer = as_alice.get(PATH + query)

    assert (answer.status_code, answer["Content-Type"]) == (200, f"{kind}; charset=utf-8")
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Request-ID"]


def test_each_line_of_json_is_the_task_as_it_is_shown(as_alice):
    first = a_task(Status.BLOCKED, tags=["wood"], description="Grün\nand blue", due_date=NOON)
    second = a_task(Status.REVIEW, parent=first)
    Dependency.objects.create(task=second, depends_on=first)

    lines = [json.loads(line) for line in fetch_file(as_alice).splitlines()]

    assert lines == [as_alice.get(f"/api/tasks/{task.pk}").json() for task in (first, second)]


def test_a_table_has_a_column_for_each_member_and_an_empty_cell_for_nothing(as_alice):
    task = a_task(title='Say "hi", twice', description="a\r\nb", tags=["a,b", "c"], due_date=NOON)

    header, record = csv.reader(StringIO(fetch_file(as_alice, "csv"), newline=""), strict=True)

    cells = dict(zip(header, record, strict=True))
    assert header == list(TaskRow._fields)
    assert (cells["id"], cells["title"]) == (str(task.pk), 'Say "hi", twice')
    assert (cells["description"], cells["tags"]) == ("a\r\nb", '["a,b", "c"]')
    assert (cells["due_date"], cells["cancel_requested"]) == ("2026-03-01T12:00:00Z", "false")
    assert (cells["assigned_to"], cells["depends_on"]) == ("", "")


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "'=1", "\uff1d1"])
def test_no_cell_runs_in_a_spreadsheet(as_alice, title):
    a_task(title=title)

    _, record = csv.reader(StringIO(fetch_file(as_alice, "csv"), newline=""), strict=True)

    assert record[1] == f"'{title}"


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_the_filters_of_the_list_narrow_it(as_alice, kind):
    wanted = a_task(Status.IN_PROGRESS, tags=["wood"], title="Wanted")
    a_task(Status.IN_PROGRESS, title="Other")
    a_task(tags=["wood"], title="Other")

    text = fetch_file(as_alice, kind, "status=in_progress&tag=wood&assigned_to=me")

    assert str(wanted.pk) in text
    assert "Other" not in text


@pytest.mark.parametrize(("kind", "text"), [("jsonl", ""), ("csv", "id,title,")])
def test_an_empty_board_is_a_file_too(as_alice, kind, text):
    assert fetch_file(as_alice, kind).startswith(text)
    assert len(fetch_file(as_alice, kind).splitlines()) == (1 if text else 0)


@pytest.mark.parametrize(
    "query",
    ["format=xml", "format=", "limit=5", "cursor=x", "ordering=title", "format=csv&format=csv",
     "surprise=1", "status=lost"],
)  # fmt: skip
def test_what_it_does_not_know_is_refused(as_alice, query):
    answer = as_alice.get(f"{PATH}?{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


def test_accept_is_not_heeded_as_the_query_says_what_is_sent(as_alice):
    for accept in ("text/csv", "application/json", "image/png", "*/*"):
        answer = as_alice.get(PATH, HTTP_ACCEPT=accept)
        assert answer["Content-Type"].startswith("application/jsonl")

    assert as_alice.get(f"{PATH}?x=1", HTTP_ACCEPT="text/csv").json()["status"] == 422


def test_it_is_read_part_by_part_in_one_statement_each(as_alice, monkeypatch):
    monkeypatch.setattr(reading, "PART", 10)
    made = [a_task().pk for _ in range(25)]
    fetch_file(as_alice)

    with CaptureQueriesContext(connection) as statements:
        lines = fetch_file(as_alice).splitlines()

    assert [json.loads(line)["id"] for line in lines] == made
    assert len(statements) == 1 + 3  # the newest, and the parts


def test_nothing_is_read_ahead_of_the_reader(as_alice, monkeypatch):
    monkeypatch.setattr(reading, "PART", 10)
    for _ in range(30):
        a_task()

    answer = as_alice.get(PATH)
    with CaptureQueriesContext(connection) as statements:
        pieces = [next(answer.streaming_content) for _ in range(2)]

    assert b"".join(pieces).count(b"\n") == 10
    assert len(statements) == 0
    answer.close()


def test_tasks_made_meanwhile_do_not_keep_it_from_ending(as_alice, monkeypatch):
    monkeypatch.setattr(reading, "PART", 2)
    made = [a_task().pk for _ in range(4)]

    answer = as_alice.get(PATH)
    Task.objects.filter(pk=made[-1]).update(title="Changed")
    a_task(title="Too late")

    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert [json.loads(line)["id"] for line in lines] == made
    assert json.loads(lines[-1])["title"] == "Changed"


def test_it_takes_the_scope_to_read(speak_as):
    a_task()

    assert speak_as("@dana").get(PATH).status_code == 200
    assert speak_as("@carol").get(PATH).status_code == 403
