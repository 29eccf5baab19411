"""Whatever is sent to any route of a task: one clear error below 500, and nothing changes."""

import json
from typing import Any

import pytest

from audit.models import Entry
from tasks.comment_serializers import CommentQuery
from tasks.file_serializers import ExportQuery, RecordIn
from tasks.lifecycle import STEPS, By, Status, Verb
from tasks.models import Task
from tasks.serializers import ProgressMembers, SubtaskQuery, TaskIn, TaskPatch, TaskQuery
from tests.factories import a_task, stored
from tests.files import send_rows

VALUES = [
    "", "\x00", "a\x00b", "\u0661", "x" * 30_000, 0, -1, 1.5, 10**30, True, None, [], [[]], [None],
    [10**30], ["\x00"], {}, {"a": {}}, {"$ne": 1}, [[[[[[[[]]]]]]]],
]  # fmt: skip
BODIES = [b"{", b"[]", b"7", b'"x"', b'{"a": NaN}', b'{"a": 1, "a": 2}',
          b'{"note": "\\ud800"}', b"\xff", b"[" * 10_000]  # fmt: skip
HARMLESS = {200, 201, 400, 403, 409, 422}
QUERY_VALUES = ["", "%00", "%FF", "%ED%A0%80", "%D9%A1", "9" * 31, "-1", "1e9", "x" * 3000, "[]",
                "{}", "true", "1&{0}=2", "%27--", "2026-02-30T00:00:00Z", "0000-00-00"]  # fmt: skip
WANTED: dict[str, dict[str, Any]] = {
    "progress": {"percent": 5},
    "reject": {"reason": "x"},
    "block": {"reason": "x"},
}
MEMBERS = {Verb.START: ["lease_seconds"], Verb.PROGRESS: ["percent", "note", "fence"]}


def assert_told(answer):
    """Nothing broke, and a refusal has the one form."""
    assert answer.status_code in HARMLESS, answer.content
    if answer.status_code >= 400:
        body = answer.json()
        assert body["status"] == body["status_code"] == answer.status_code
        assert body["request_id"] == answer["X-Request-ID"]


@pytest.mark.parametrize("member", sorted(TaskIn().fields))
def test_any_value_for_any_member_of_a_new_task(as_alice, member):
    made = 0
    for value in VALUES:
        answer = as_alice.post("/api/tasks", {"title": "Paint the fence", member: value})

        assert_told(answer)
        made += answer.status_code == 201
        assert Entry.objects.count() == Task.objects.count() == made


@pytest.mark.parametrize("member", sorted(TaskPatch().fields))
def test_any_value_for_any_member_of_a_patch(as_alice, member):
    for value in VALUES:
        task = a_task()
        before = stored(task)

        answer = as_alice.patch(f"/api/tasks/{task.pk}", {member: value})

        assert_told(answer)
        assert answer.status_code == 200 or stored(task) == before


@pytest.mark.parametrize("member", sorted(RecordIn().fields))
def test_any_value_for_any_member_of_an_imported_task(as_alice, member):
    made = 0
    for value in VALUES:
        answer = send_rows(as_alice, {"title": "Paint the fence", member: value})

        assert_told(answer)
        made += answer.status_code == 201
        assert Entry.objects.count() == Task.objects.count() == made


@pytest.mark.parametrize("verb", Verb)
def test_any_value_for_any_member_of_a_step(speak_as, verb):
    client = speak_as("@bob" if STEPS[verb].by is By.REVIEWER else "@alice")
    for member in MEMBERS.get(verb, ["note", "reason", "fence"]):
        for value in VALUES:
            task = a_task(min(STEPS[verb].sources))
            before = stored(task)

            body: dict[str, Any] = {**WANTED.get(verb, {}), member: value}
            answer = client.post(f"/api/tasks/{task.pk}/{verb}", body)

            assert_told(answer)
            assert answer.status_code == 200 or stored(task) == before


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body)[:20])
@pytest.mark.parametrize("path", ["", "/subtasks", "/comments", *(f"/{verb}" for verb in Verb)])
def test_a_body_that_is_no_json_object_changes_nothing(as_alice, path, body):
    task = a_task(Status.IN_PROGRESS)
    before = stored(task)
    method = "POST" if path else "PATCH"

    answer = as_alice.generic(method, f"/api/tasks/{task.pk}{path}", body, "application/json")

    assert_told(answer)
    assert answer.status_code in {400, 422}
    assert stored(task) == before


LISTS = [("/api/tasks", name) for name in sorted(TaskQuery().fields)] + [
    ("/api/tasks/{}/subtasks", name) for name in sorted(SubtaskQuery().fields)
]
LISTS += [("/api/tasks/{}/comments", name) for name in sorted(CommentQuery().fields)]
LISTS += [("/api/tasks/export", name) for name in sorted(ExportQuery().fields)]


@pytest.mark.parametrize(("path", "name"), LISTS)
def test_any_value_for_any_parameter_of_a_list(as_alice, path, name):
    task = a_task()
    for value in QUERY_VALUES:
        assert_told(as_alice.get(f"{path.format(task.pk)}?{name}={value.format(name)}"))


@pytest.mark.parametrize("name", sorted(ProgressMembers().fields))
def test_any_value_for_any_parameter_of_progress(as_alice, name):
    for value in QUERY_VALUES:
        task = a_task(Status.IN_PROGRESS)
        other = "" if name == "percent" else "percent=5&"

        query = f"{other}{name}={value.format(name)}"
        assert_told(as_alice.post(f"/api/tasks/{task.pk}/progress?{query}"))


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb is not Verb.PROGRESS])
def test_a_step_takes_no_parameters(as_alice, verb):
    task = a_task(min(STEPS[verb].sources))

    answer = as_alice.post(f"/api/tasks/{task.pk}/{verb}?note=x", WANTED.get(verb, {}))

    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["0", "-1", "007", "\u0661", "1" * 31, "x", "%00", "1;2"])
@pytest.mark.parametrize("verb", ["start", "subtasks"])
def test_an_id_that_is_none_is_a_missing_one(as_alice, name, verb):
    answer = as_alice.post(f"/api/tasks/{name}/{verb}", {})

    assert answer.status_code == 404
    assert json.loads(answer.content)["status"] == 404
