"""Which replies are remembered, for how much, and how they are forgotten (SPEC W6)."""

import json
import re
from collections import Counter

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import path
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from accounts.scopes import SIGNED_IN
from audit.actions import Action, Outcome
from audit.http import recording_for
from audit.models import Entry
from config import docs
from idempotency.http import PRUNE_EVERY
from idempotency.models import KEPT, Reply
from tasks.models import Task
from tests.factories import a_task
from tests.keyed import KEY, create, is_replayed, send
from tests.people import PASSWORD
from wire.clock import now
from wire.views import Endpoint

pytest_plugins = ["tests.oneshot_fixtures"]

SECRET = re.compile(r"token|secret|password|^access$|^refresh$|private", re.IGNORECASE)


class Refusing(Endpoint):
    """A route that records its refusal, as operator routes do."""

    required_scopes = {"POST": SIGNED_IN}

    def post(self, request):
        """Refuse once, then do as asked."""
        if Entry.objects.exists():
            return Response({"done": True})
        with recording_for(request) as journal:
            journal.record(Action.ACCESS_DENIED, target=("route", "x"), outcome=Outcome.DENIED)
        raise PermissionDenied


class Broken(Endpoint):
    """A route with a mistake in it."""

    required_scopes = {"POST": SIGNED_IN}

    def post(self, request):
        """Change something, then fail."""
        with recording_for(request) as journal:
            journal.record(Action.TASK_CREATED, target=("task", 1))
        raise ZeroDivisionError


urlpatterns = [path("api/refusing", Refusing.as_view()), path("api/broken", Broken.as_view())]


def statements_of(ask):
    """Return the kinds of statements a request takes, and of those about replies among them."""
    with CaptureQueriesContext(connection) as said:
        ask()
    told = [each["sql"] for each in said if "SAVEPOINT" not in each["sql"]]
    about_replies = [sql for sql in told if "idempotency_reply" in sql]
    return Counter(sql.split()[0] for sql in told), [sql.split()[0] for sql in about_replies]


def store_expired(number):
    at = now() - KEPT
    Reply.objects.bulk_create(
        Reply(caller="@bob", key=str(i), fingerprint="", claimed_at=at, status=204, headers={},
              body=b"") for i in range(number)
    )  # fmt: skip


def test_a_key_costs_two_statements_a_replay_two_and_no_key_nothing(as_alice):
    as_alice.get("/api/tasks/4711")
    one, other = (f"/api/tasks/{a_task().pk}/start" for _ in range(2))

    without = statements_of(lambda: as_alice.post(one))
    first = statements_of(lambda: send(as_alice, "POST", other))
    second = statements_of(lambda: send(as_alice, "POST", other))

    assert without[1] == []
    assert first[1] == ["INSERT", "UPDATE"]
    assert first[0] - without[0] == Counter(first[1])
    assert second[1] == ["INSERT", "SELECT"]
    assert second[0].total() == without[0].total() - 2


@pytest.mark.urls(__name__)
def test_a_recorded_refusal_stays_recorded_and_leaves_the_key_free(as_alice):
    first = send(as_alice, "POST", "/api/refusing")

    assert (first.status_code, Entry.objects.count(), Reply.objects.count()) == (403, 1, 0)
    second = send(as_alice, "POST", "/api/refusing")
    assert (second.status_code, is_replayed(second)) == (200, False)


@pytest.mark.urls(__name__)
def test_a_mistake_of_ours_leaves_nothing_at_all(as_alice):
    as_alice.raise_request_exception = False

    answer = send(as_alice, "POST", "/api/broken")

    assert answer.status_code == 500
    assert not Entry.objects.exists()
    assert not Reply.objects.exists()


def test_tokens_are_not_kept(anonymous):
    body = {"username": "alice", "password": PASSWORD}

    pairs = [send(anonymous, "POST", "/api/token", body).json() for _ in range(2)]

    assert pairs[0]["refresh"] != pairs[1]["refresh"]
    assert not Reply.objects.exists()


def test_migration_tokens_are_not_kept(as_carol, raise_cache):
    where = "/api/admin/migrations/raise_cache/token"

    minted = [send(as_carol, "POST", where, {}).json()["token"] for _ in range(2)]

    assert minted[0] != minted[1]
    assert not Reply.objects.exists()


def members(document, part):
    """Yield the names of all members, at any depth."""
    if "$ref" in part:
        part = document["components"]["schemas"][part["$ref"].split("/")[-1]]
    for name, inner in part.get("properties", {}).items():
        yield name
        yield from members(document, inner)
    if "items" in part:
        yield from members(document, part["items"])


def test_no_reply_that_holds_a_secret_is_kept():
    document = json.loads(docs.document())
    kept = [
        (where, answer["content"]["application/json"]["schema"])
        for where, methods in document["paths"].items()
        for operation in methods.values()
        if "Idempotency-Key" in {each.get("name") for each in operation.get("parameters", [])}
        for status, answer in operation["responses"].items()
        if status < "300" and "content" in answer
    ]

    names = {(where, name) for where, schema in kept for name in members(document, schema)}
    assert len(kept) > 10
    assert [each for each in names if SECRET.search(each[1])] == []


def test_the_document_says_where_a_key_is_ignored():
    document = json.loads(docs.document())

    for where in ("/api/token", "/api/token/refresh", "/api/admin/migrations/{name}/token"):
        assert "An `Idempotency-Key` is ignored" in document["paths"][where]["post"]["description"]


def test_expired_replies_are_deleted_by_the_command(db, capsys):
    store_expired(3)
    Reply.objects.filter(key="0").update(claimed_at=now())

    call_command("prune_idempotency_keys")

    assert capsys.readouterr().out == "2 deleted\n"
    assert Reply.objects.get().key == "0"


def test_expired_replies_are_deleted_by_and_by(as_alice):
    store_expired(5)

    keys = [f"key-{number}" for number in range(PRUNE_EVERY)]
    for key in keys:
        send(as_alice, "DELETE", "/api/tasks/4711", key=key)

    assert {*Reply.objects.values_list("key", flat=True)} == {*keys}


ROWS = [
    {"status": 200},
    {"status": 200, "headers": {}},
    {"body": b""},
    {"status": 500, "headers": {}, "body": b""},
]


@pytest.mark.parametrize("row", ROWS)
def test_the_database_holds_whole_replies_alone(db, row):
    with pytest.raises(IntegrityError):
        Reply.objects.create(caller="@bob", key="k", fingerprint="", claimed_at=now(), **row)


def test_the_database_holds_one_reply_for_a_key(as_alice):
    create(as_alice)

    with pytest.raises(IntegrityError):
        Reply.objects.create(caller="@alice", key=KEY, fingerprint="", claimed_at=now())


def test_a_long_reply_is_repeated_whole(as_alice):
    body = {"title": "é" * 200, "description": "𝄞" * 5_000, "tags": ["ü" * 50]}

    first, second = (send(as_alice, "POST", "/api/tasks", body) for _ in range(2))

    assert is_replayed(second)
    assert first.content == second.content
    assert Task.objects.count() == 1
