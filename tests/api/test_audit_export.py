"""GET /api/audit/export."""

import csv
import io
import json

import pytest
from django.core.management import call_command

from accounts.models import SigningKey
from accounts.vault import VAULT
from audit.models import Checkpoint, Entry
from tests.history import write
from wire.clock import now

EXPORT = "/api/audit/export"


@pytest.fixture
def task(as_alice, as_bob):
    """A task of Alice's that Bob started."""
    task = as_alice.post("/api/tasks", {"title": "=cmd", "project_slug": "garden"}).data
    as_bob.post(f"/api/tasks/{task['id']}/start")
    return task


def exported(answer):
    """The entries and the manifest of an answer."""
    assert answer.status_code == 200
    *entries, last = [json.loads(line) for line in answer.getvalue().splitlines()]
    return entries, last["manifest"]


def test_who_may_read_the_audit_takes_all_of_it_away(as_dana, task):
    entries, manifest = exported(as_dana.get(EXPORT))

    assert [entry["action"] for entry in entries] == [
        "task.created", "task.started", "audit.exported",
    ]  # fmt: skip
    assert [entry["position"] for entry in entries] == [0, 1, 2]
    assert manifest["count"] == 3
    assert (manifest["first_id"], manifest["last_id"]) == (entries[0]["id"], entries[-1]["id"])
    assert manifest["checkpoint"] == Checkpoint.objects.get().statement


def test_the_export_is_recorded_with_what_was_asked_for(as_dana, task):
    as_dana.get(f"{EXPORT}?project=garden&format=csv").getvalue()

    entry = Entry.objects.get(action="audit.exported")
    assert entry.actor_id == "@dana"
    assert entry.context == {"filters": {"project": "garden"}}


def test_people_take_their_own_trail_away(as_alice, task):
    entries, manifest = exported(as_alice.get(EXPORT))

    assert {entry["actor_id"] for entry in entries} == {"@alice"}
    assert manifest["filters"] == {"seen_by": "@alice", "of": "own"}
    assert manifest["tree"] is None


@pytest.mark.parametrize(
    ("query", "found"), [("actor_id=@bob", 1), ("project=garden", 2), ("until=2000-01-01", 0)]
)
def test_an_export_takes_the_filters_of_the_list(as_dana, task, query, found):
    entries, manifest = exported(as_dana.get(f"{EXPORT}?{query}"))

    assert len(entries) == manifest["count"] == found
    assert manifest["filters"] == dict([query.split("=")])


def test_a_table_has_no_cell_that_a_spreadsheet_would_compute(as_dana, task):
    answer = as_dana.get(f"{EXPORT}?format=csv", HTTP_ACCEPT="text/csv")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    head, *rows, last = csv.reader(io.StringIO(answer.getvalue().decode(), newline=""))
    assert dict(zip(head, rows[0], strict=True))["actor_id"] == "'@alice"
    assert last[0] == "#manifest"
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("name", ["jsonl", "csv"])
@pytest.mark.parametrize("query", ["", "&action=task.created", "&until=2000-01-01"])
def test_what_comes_over_http_verifies(as_dana, task, tmp_path, name, query):
    path = tmp_path / "audit"
    path.write_bytes(as_dana.get(f"{EXPORT}?format={name}{query}").getvalue())

    call_command("audit", "verify", str(path))


def test_more_than_one_batch_is_exported(as_dana, monkeypatch):
    monkeypatch.setattr("audit.operations.exporting.BATCH", 2)
    write(5)

    entries, _ = exported(as_dana.get(EXPORT))

    assert [entry["position"] for entry in entries] == list(range(6))


def test_nothing_is_streamed_that_could_not_be_signed(as_dana, task):
    SigningKey.objects.update(revoked_at=now())
    VAULT.forget()

    assert as_dana.get(EXPORT).status_code == 503


@pytest.mark.parametrize("query", ["format=xml", "limit=5", "cursor=x", "target=task"])
def test_what_an_export_does_not_take_is_refused(as_dana, query):
    assert as_dana.get(f"{EXPORT}?{query}", HTTP_ACCEPT="text/csv").status_code == 422


def test_the_answer_says_what_it_is(as_dana, task):
    answer = as_dana.get(EXPORT)

    assert answer["Content-Type"] == "application/jsonl; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="audit-2')
    assert answer["Cache-Control"] == "no-store"
