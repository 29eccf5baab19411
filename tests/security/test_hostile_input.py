"""Whatever a client sends, the answer is one clear error below 500, and nothing is stored."""

import json

import pytest

from audit.models import Entry
from tasks.models import Task

MEMBERS = {
    "error", "status_code", "code", "type", "title", "status", "detail", "request_id",
}  # fmt: skip


def send(client, method, path, body=b"", content_type="application/json", **headers):
    return client.generic(method, path, body, content_type=content_type, **headers)


def assert_problem(answer, status):
    assert answer.status_code == status, answer.content
    body = json.loads(answer.content)
    assert set(body) - {"errors"} >= MEMBERS
    assert body["status_code"] == body["status"] == status
    assert body["request_id"] == answer["X-Request-ID"]
    assert answer["Content-Type"] == "application/json"
    assert not Task.objects.exists()


BODIES = [
    (b"", 422),
    (b"{", 400),
    (b"null", 422),
    (b"[]", 422),
    (b'"text"', 422),
    (b"7", 422),
    (b'{"title": "a", "title": "b"}', 400),
    (b'{"title": NaN}', 400),
    (b'{"title": -Infinity}', 400),
    (b'{"title": 1e999}', 400),
    (b'\xef\xbb\xbf{"title": "a"}', 400),
    (b'{"title": "\xff"}', 400),
    (b'{"title": "\\ud800"}', 400),
    ('{"title": "a"}'.encode("utf-16"), 400),
    (b'{"title": "a\\u0000b"}', 422),
    (b'{"title": "a"} trailing', 400),
    (b'{"a":' * 33 + b"1" + b"}" * 33, 400),
    (b"[" * 10_000 + b"]" * 10_000, 400),
    (b'{"parent_id": ' + b"9" * 31 + b', "title": "a"}', 422),
    (b'{"parent_id": ' + b"9" * 5000 + b', "title": "a"}', 400),
    (b'{"title": "a", "surprise": 1}', 422),
    (b'{"title": 7}', 422),
    (b'{"title": true}', 422),
    (b'{"title": ""}', 422),
    (b'{"title": "   "}', 422),
    (json.dumps({"title": "x" * 201}).encode(), 422),
    (b'{"title": "a", "due_date": "yesterday"}', 422),
    (b'{"title": "a", "due_date": "9999-12-31T23:59:59-14:00"}', 422),
    (b'{"title": "a", "due_date": 7}', 422),
    (b'{"title": "a", "tags": "x"}', 422),
    (b'{"title": "a", "tags": [7]}', 422),
    (b'{"title": "a", "priority": "urgent"}', 422),
    (b'{"title": "a", "depends_on": [10000000000000000000000000000000]}', 422),
    (b'{"title": "a", "assigned_to": "@mallory"}', 422),
]


@pytest.mark.parametrize(("body", "status"), BODIES, ids=lambda value: repr(value)[:40])
def test_a_hostile_body_is_refused(as_alice, body, status):
    assert_problem(send(as_alice, "POST", "/api/tasks", body), status)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("text/plain", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/json; charset=latin-1", 415),
        ("application/json; charset=utf-16", 415),
        ("", 415),
    ],
)
def test_a_body_that_is_no_json_in_utf8_is_refused(as_alice, content_type, status):
    assert_problem(send(as_alice, "POST", "/api/tasks", b'{"title": "a"}', content_type), status)


@pytest.mark.parametrize(("size", "status"), [(2**20, 422), (2**20 + 1, 413), (3 * 2**20, 413)])
def test_the_body_has_a_limit(as_alice, size, status):
    body = b'{"title": "' + b"x" * (size - 13) + b'"}'

    assert_problem(send(as_alice, "POST", "/api/tasks", body), status)


FULL = {
    "members": json.dumps({f"m{number}": 1 for number in range(80_000)}),
    "numbers that are none": json.dumps({"title": "a", "depends_on": ["x"] * 150_000}),
    "numbers of tasks": json.dumps({"title": "a", "depends_on": [*range(1, 130_000)]}),
    "tags": json.dumps({"title": "a", "tags": [""] * 200_000}),
}
COLUMNS = ",".join(f"c{number}" for number in range(110_000)) + "\n" + "," * 109_999


@pytest.mark.parametrize("name", [*FULL, "columns"])
def test_a_body_full_of_faults_has_the_first_of_them_named(as_alice, name):
    path, kind = ("/import", "text/csv") if name == "columns" else ("", "application/json")

    answer = send(as_alice, "POST", f"/api/tasks{path}", FULL.get(name, COLUMNS), kind)

    assert_problem(answer, 422)
    assert 1 <= len(answer.json()["errors"]) <= 100


@pytest.mark.parametrize("name", ["depends_on", "tags"])
def test_of_a_list_that_is_too_long_no_item_is_looked_at(as_alice, name):
    answer = send(as_alice, "POST", "/api/tasks", json.dumps({"title": "a", name: [None] * 101}))

    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [
        (f"/{name}", "max_length")
    ]


@pytest.mark.parametrize("length", ["²", "x", "-1", "+5", "1_0"])
def test_a_length_that_is_none_breaks_nothing(as_alice, length):
    answer = as_alice.post("/api/tasks", {"title": "a"}, CONTENT_LENGTH=length)

    assert answer.status_code in {201, 400, 422}


def test_a_body_of_unknown_length_is_refused(as_alice):
    answer = as_alice.post(
        "/api/tasks", {"title": "a"}, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked"
    )

    assert_problem(answer, 411)


QUERIES = [
    "limit=0", "limit=101", "limit=-1", "limit=x", "limit=1.0", "limit=1e1", "limit=%D9%A1",
    "limit=" + "9" * 31, "limit=" + "9" * 5000, "limit=", "limit=1&limit=2", "offset=-1",
    "offset=" + "9" * 31, "cursor=x", "cursor=%00", "cursor=W10", "cursor=" + "A" * 1024,
    "cursor=bnVsbA", "cursor=e30", "surprise=1", "format=html", "status=unknown", "status=%00",
    "priority=urgent", "parent_id=" + "9" * 31, "parent_id=x", "q=%00", "tag=%00",
    "assigned_to=%00", "project=%00", "ordering=password", "ordering=-", "ordering=created_by__x",
    "ordering=id;DROP", "due_before=x", "overdue=maybe", "ready=1", "count=yes",
    "q=a&q=b", "created_by=a&created_by=b",
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:30])
def test_a_hostile_query_is_refused(as_alice, query):
    assert_problem(as_alice.get(f"/api/tasks?{query}"), 422)


AUDIT_QUERIES = ["task_id=x", "actor_type=god", "action=x", "target=x", "since=x", "outcome=%00",
                 "request_id=%00", "until=0000-00-00", "limit=101", "x=1"]  # fmt: skip


@pytest.mark.parametrize("query", AUDIT_QUERIES)
def test_a_hostile_question_to_the_audit_is_refused(as_dana, query):
    assert_problem(as_dana.get(f"/api/audit?{query}"), 422)


IDS = ["0", "-1", "1.0", "x", "%D9%A1", "%00", "9" * 19, "9" * 31, "9" * 5000, "1%2F2", "+1", "1 "]


@pytest.mark.parametrize("name", IDS, ids=lambda name: name[:25])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_id_that_is_none_is_a_missing_one(as_alice, name, method):
    assert_problem(send(as_alice, method, f"/api/tasks/{name}", b"{}"), 404)


UNKNOWN = ["/x", "/api", "/api/", "/api/tasks/", "/nowhere", "/api/tasks//1"]


@pytest.mark.parametrize("path", UNKNOWN)
def test_an_unknown_path_is_told_in_the_same_form(as_alice, path):
    assert_problem(as_alice.get(path), 404)


@pytest.mark.parametrize("method", ["PUT", "OPTIONS", "TRACE", "DELETE", "BREW"])
def test_an_unknown_method_is_told_which_are_known(as_alice, method):
    answer = send(as_alice, method, "/api/tasks")

    assert_problem(answer, 405)
    assert set(answer["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/png"])
def test_the_api_answers_in_json_alone(as_alice, accept):
    assert_problem(as_alice.get("/api/tasks", HTTP_ACCEPT=accept), 406)


@pytest.mark.parametrize("accept", ["*/*", "application/*", "application/problem+json", ""])
def test_a_list_is_json_however_it_is_asked_for(as_alice, accept):
    answer = as_alice.get("/api/tasks", HTTP_ACCEPT=accept)

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"


def test_a_client_that_asks_for_problems_gets_them_labelled(as_alice):
    answer = as_alice.get("/api/tasks/1", HTTP_ACCEPT="application/problem+json")

    assert answer["Content-Type"] == "application/problem+json"
    assert answer.status_code == 404


def test_a_foreign_host_is_refused(as_alice):
    assert_problem(as_alice.get("/api/tasks", HTTP_HOST="evil.example"), 400)


def test_refusals_of_input_leave_no_entry(as_alice):
    send(as_alice, "POST", "/api/tasks", b'{"title": 7}')

    assert not Entry.objects.exists()


def test_a_validation_error_points_at_each_place(as_alice):
    body = {"title": "", "progress_percent": 7, "tags": ["ok", ""], "priority": "urgent"}

    answer = as_alice.post("/api/tasks", body)

    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert {"/title", "/progress_percent", "/tags/1", "/priority"} <= pointers
