"""Idempotency-Key: what is sent twice happens once (SPEC W6)."""

import json
from datetime import timedelta

import pytest
import time_machine

from accounts.models import Account
from accounts.scopes import Role
from accounts.standing import REGISTRY
from audit.models import Entry
from idempotency.models import KEPT, Reply
from tasks.lifecycle import Status
from tasks.models import Task
from tests.factories import BOB, a_task, make_history_unwritable
from tests.keyed import KEY, create, is_replayed, send
from wire.clock import now


def test_a_task_created_twice_is_one_task(as_alice):
    first, second = create(as_alice), create(as_alice)

    assert [first.status_code, second.status_code] == [201, 201]
    assert first.content == second.content
    for name in ("Location", "ETag", "Content-Type"):
        assert first[name] == second[name]
    assert [is_replayed(first), is_replayed(second)] == [False, True]
    assert first["X-Request-ID"] != second["X-Request-ID"]
    assert Task.objects.count() == Entry.objects.count() == 1


MUTATIONS = [
    (Status.PENDING, "PATCH", "", {"title": "Sand"}, 200),
    (Status.PENDING, "PATCH", "", {"title": "Paint the fence"}, 200),
    (Status.PENDING, "DELETE", "", None, 204),
    (Status.PENDING, "POST", "/start", None, 200),
    (Status.IN_PROGRESS, "POST", "/progress?percent=7", None, 200),
    (Status.IN_PROGRESS, "POST", "/complete", {"note": "Done."}, 200),
    (Status.PENDING, "POST", "/subtasks", {"title": "Sand"}, 201),
    (Status.PENDING, "POST", "/complete", {}, 400),
]


@pytest.mark.parametrize(("status", "method", "ending", "body", "code"), MUTATIONS)
def test_every_change_sent_twice_is_made_once(as_alice, status, method, ending, body, code):
    path = f"/api/tasks/{a_task(status).pk}{ending}"

    first = send(as_alice, method, path, body)
    after = list(Task.objects.order_by("pk").values())
    second = send(as_alice, method, path, body)

    assert (first.status_code, second.status_code) == (code, code)
    assert first.content == second.content
    assert first.get("Content-Type") == second.get("Content-Type")
    assert is_replayed(second)
    assert list(Task.objects.order_by("pk").values()) == after


def test_members_in_another_order_are_the_same_request(as_alice):
    task = a_task(Status.IN_PROGRESS)
    path = f"/api/tasks/{task.pk}/progress"
    send(as_alice, "POST", path, {"percent": 7, "note": "Half of half."})

    again = as_alice.generic(
        "POST", path, b'{ "note":"Half of half.","percent" :7}', "application/json",
        HTTP_IDEMPOTENCY_KEY=KEY,
    )  # fmt: skip

    assert (again.status_code, is_replayed(again)) == (200, True)


OTHERS = [
    ("POST", "/api/tasks", {"title": "Sand"}),
    ("POST", "/api/tasks", {"title": "Paint", "tags": []}),
    ("POST", "/api/tasks/{}/subtasks", {"title": "Paint"}),
    ("PATCH", "/api/tasks/{}", {"title": "Paint"}),
    ("POST", "/api/tasks/{}/progress?percent=1", None),
    ("DELETE", "/api/tasks/{}", None),
]


@pytest.mark.parametrize(("method", "path", "body"), OTHERS)
def test_a_key_belongs_to_one_request(as_alice, method, path, body):
    number = json.loads(create(as_alice).content)["id"]
    before = list(Task.objects.values())

    answer = send(as_alice, method, path.format(number), body)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert list(Task.objects.values()) == before
    assert is_replayed(create(as_alice))


def test_a_query_is_a_part_of_the_request(as_alice):
    path = f"/api/tasks/{a_task(Status.IN_PROGRESS).pk}/progress"
    send(as_alice, "POST", f"{path}?percent=7&note=x")

    assert is_replayed(send(as_alice, "POST", f"{path}?note=x&percent=7"))
    assert send(as_alice, "POST", f"{path}?percent=8&note=x").status_code == 422


def test_everybody_has_keys_of_their_own(as_alice, as_bob):
    answers = [create(as_alice), create(as_bob)]

    assert [answer.json()["created_by"] for answer in answers] == ["@alice", "@bob"]


def test_a_refusal_of_the_board_is_repeated_even_when_it_would_be_none_any_more(as_alice):
    task = a_task(Status.BLOCKED)
    first = send(as_alice, "POST", f"/api/tasks/{task.pk}/start")
    as_alice.post(f"/api/tasks/{task.pk}/unblock")

    second = send(as_alice, "POST", f"/api/tasks/{task.pk}/start")

    assert (second.status_code, is_replayed(second)) == (400, True)
    assert second.content == first.content
    assert Task.objects.get().status == "pending"


def test_a_task_that_is_not_there_is_a_refusal_of_the_board(as_alice):
    first, second = (send(as_alice, "DELETE", "/api/tasks/4711") for _ in range(2))

    assert (first.status_code, second.status_code, is_replayed(second)) == (404, 404, True)


UNFIT = [
    (b'{"title": 7}', "application/json", 422),
    (b'{"title": "a", "assigned_to": "@mallory"}', "application/json", 422),
    (b"{", "application/json", 400),
    (b'{"title": "a"}', "text/plain", 415),
]


@pytest.mark.parametrize(("body", "kind", "status"), UNFIT)
def test_a_key_is_not_spent_on_unfit_input(as_alice, body, kind, status):
    refused = as_alice.generic("POST", "/api/tasks", body, kind, HTTP_IDEMPOTENCY_KEY=KEY)

    assert refused.status_code == status
    assert not Reply.objects.exists()
    assert (create(as_alice).status_code, Task.objects.count()) == (201, 1)


def test_a_key_is_not_spent_on_a_caller_who_may_not(speak_as, anonymous):
    task = a_task(Status.IN_PROGRESS, holder=BOB)

    answers = [
        create(anonymous),
        create(speak_as("@carol")),
        send(speak_as("@alice"), "POST", f"/api/tasks/{task.pk}/complete"),
    ]

    assert [answer.status_code for answer in answers] == [401, 403, 403]
    assert not Reply.objects.exists()


def test_a_reply_is_not_repeated_to_one_who_may_not_any_more(as_alice):
    create(as_alice)
    Account.objects.filter(pk="@alice").update(role=Role.OPERATOR)
    REGISTRY.forget()

    answer = create(as_alice)

    assert (answer.status_code, is_replayed(answer)) == (403, False)


def test_without_its_entry_neither_change_nor_reply_is_kept(as_alice):
    make_history_unwritable()

    answer = create(as_alice)

    assert (answer.status_code, answer.json()["code"]) == (503, "audit_unavailable")
    assert not Task.objects.exists()
    assert not Reply.objects.exists()


@pytest.mark.parametrize("key", ["a", "x" * 255, '"quoted"', "two words", "~!*%"])
def test_a_key_is_any_short_printable_text(as_alice, key):
    create(as_alice, key=key)

    assert is_replayed(create(as_alice, key=key))


@pytest.mark.parametrize("key", ["", "x" * 256, "schlüssel", "a\tb", "\x7f", "a\x00b"])
def test_anything_else_is_no_key(as_alice, key):
    answer = create(as_alice, key=key)

    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert answer.json()["errors"][0]["pointer"] == "/Idempotency-Key"
    assert not Task.objects.exists()


def test_a_key_is_kept_for_a_day_and_then_free_for_anything(as_alice):
    at = now()
    create(as_alice)
    with time_machine.travel(at + KEPT - timedelta(seconds=1), tick=False):
        within = create(as_alice)
    with time_machine.travel(now() + KEPT, tick=False):
        after = create(as_alice, "Sand")
        again = create(as_alice, "Sand")

    assert is_replayed(within)
    assert (after.status_code, is_replayed(after), is_replayed(again)) == (201, False, True)


def test_reading_takes_no_key(as_alice):
    answers = [send(as_alice, "GET", path) for path in ("/api/tasks", "/api/me")]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert not Reply.objects.exists()
