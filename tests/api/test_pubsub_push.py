"""POST /api/pubsub/push"""

import base64
import json

import pytest
from rest_framework.test import APIClient

from audit.models import Entry
from events.models import PushedMessage
from outbox.models import Event
from tasks.lifecycle import Status
from tasks.models import Task
from tests.broken import database_away
from tests.factories import BOB, a_project, a_task, make_table_unwritable
from tests.servers import google_certs

pytest_plugins = ["tests.servers.fixtures"]
pytestmark = pytest.mark.usefixtures("people")

ACCOUNT = f"sa:{google_certs.PUSHER}"


def envelope(content, message_id="4711", **members):
    """Wrap a message as Google does, with the members that it sends in two spellings."""
    data = content if isinstance(content, str) else json.dumps(content)
    return {
        "message": {
            "data": base64.b64encode(data.encode()).decode(), "messageId": message_id,
            "message_id": message_id, "publishTime": "2026-03-01T12:00:00.1Z",
            "publish_time": "2026-03-01T12:00:00.1Z", "attributes": {"k": "v"}, **members,
        },
        "subscription": "projects/example-project/subscriptions/board", "deliveryAttempt": 5,
    }  # fmt: skip


@pytest.fixture
def pusher(google_server):
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {google_server.token()}")


@pytest.fixture
def push(pusher):
    def send(content, message_id="4711", **members):
        return pusher.post("/api/pubsub/push", envelope(content, message_id, **members))

    return send


def test_a_pushed_task_is_made_by_the_account_that_pushes_it(push):
    answer = push({"verb": "create", "title": "Sand", "tags": ["wood"], "status": "pending"})

    task = Task.objects.get()
    assert answer.status_code == 200
    assert answer.json() == {"outcome": "done", "task_id": task.pk, "error": None}
    assert (task.title, task.tags, task.created_by) == ("Sand", ["wood"], ACCOUNT)
    entry, event = Entry.objects.get(), Event.objects.get()
    assert (entry.action, entry.actor_id, entry.actor_type) == ("task.created", ACCOUNT, "service")
    assert (entry.auth_method, event.type) == ("google", "task.created")


def test_steps_are_taken_as_by_their_own_routes(push):
    task = a_task()

    push({"verb": "start", "task_id": task.pk, "lease_seconds": 60}, "1")
    push({"verb": "progress", "task_id": task.pk, "percent": 40, "fence": 1}, "2")
    done = push({"verb": "complete", "task_id": task.pk, "note": "Dry."}, "3")

    task.refresh_from_db()
    assert done.json()["outcome"] == "done"
    assert (task.status, task.assigned_to) == (Status.COMPLETED, ACCOUNT)
    told = Entry.objects.order_by("pk").values_list("context", flat=True)
    assert list(told) == [{"lease_seconds": 60}, {"percent": 40, "fence": 1}, {"note": "Dry."}]


def test_a_message_that_comes_again_has_no_second_effect(push):
    first, again = (push({"verb": "create", "title": "Sand"}) for _ in range(2))
    other = push({"verb": "create", "title": "Sand"}, "4712")

    outcomes = [answer.json()["outcome"] for answer in (first, again, other)]
    assert outcomes == ["done", "repeated", "done"]
    assert again.status_code == 200
    assert Task.objects.count() == Entry.objects.count() == Event.objects.count() == 2


REFUSED = {
    "nothing": ("", "InvalidInput"),
    "no JSON": ("nonsense", "InvalidInput"),
    "no object": ([1], "InvalidInput"),
    "a member twice": ('{"verb": "create", "verb": "create"}', "InvalidInput"),
    "no verb": ({"title": "Sand"}, "InvalidInput"),
    "an unknown verb": ({"verb": "delete", "task_id": 1}, "InvalidInput"),
    "a verb of another kind": ({"verb": ["start"], "task_id": 1}, "InvalidInput"),
    "no title": ({"verb": "create"}, "ValidationError"),
    "an unknown member": ({"verb": "create", "title": "x", "\x00": 1}, "ValidationError"),
    "NUL": ({"verb": "create", "title": "\x00"}, "ValidationError"),
    "no task": ({"verb": "start"}, "ValidationError"),
    "an id of another kind": ({"verb": "start", "task_id": "\u0661"}, "ValidationError"),
    "an unknown task": ({"verb": "start", "task_id": 4711}, "NoSuchTask"),
    "an unknown parent": ({"verb": "create", "title": "x", "parent_id": 4711}, "InvalidInput"),
    "nothing to say": ({"verb": "block", "task_id": 4711}, "ValidationError"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_delivery_could_better_is_recorded_and_not_asked_for_again(push, name):
    content, refusal = REFUSED[name]

    answer, again = push(content), push(content)

    assert (answer.status_code, answer.json()["outcome"]) == (200, "refused"), answer.content
    assert (again.status_code, again.json()["outcome"]) == (200, "repeated")
    entry = Entry.objects.get()
    assert (entry.action, entry.outcome, entry.actor_id) == ("push.refused", "denied", ACCOUNT)
    assert (entry.target_type, entry.target_id) == ("message", "4711")
    assert entry.context["refusal"] == refusal
    assert entry.context["sentence"] == answer.json()["error"]
    assert not Task.objects.exists()


@pytest.mark.parametrize("data", ["?", "=", "eyJ9", "e30", "é", " e30=", "e30=\n"])
def test_what_is_not_base64_is_refused_for_good(push, data):
    answer = push({}, data=data)

    assert (answer.status_code, answer.json()["outcome"]) == (200, "refused")
    assert Entry.objects.get().action == "push.refused"


def test_the_boards_own_refusals_are_final(push):
    held, done = a_task(Status.IN_PROGRESS, holder=BOB), a_task(Status.COMPLETED)
    a_project("garden", {"@alice": "owner"})
    hidden = a_task(project_slug="garden")

    for number, (task, verb, refusal) in enumerate([
        (held, "complete", "NotHolder"), (done, "start", "StepNotAllowed"),
        (hidden, "start", "NoSuchTask"), (a_task(Status.REVIEW), "approve", "PeopleOnly"),
    ]):  # fmt: skip
        answer = push({"verb": verb, "task_id": task.pk}, str(number))

        assert (answer.status_code, answer.json()["outcome"]) == (200, "refused")
        assert Entry.objects.latest("pk").context["refusal"] == refusal


@pytest.mark.parametrize("table", ["audit_entry", "outbox_event"])
def test_what_could_not_be_kept_is_asked_for_again(push, table):
    make_table_unwritable(table)

    answer = push({"verb": "create", "title": "Sand"})

    assert (answer.status_code, answer.json()["code"]) == (503, "audit_unavailable")
    assert not Task.objects.exists()
    assert not PushedMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_away_google_keeps_the_message(push):
    push({"verb": "create", "title": "Sand"}, "1")  # its keys are known from now on

    with database_away():
        answer = push({"verb": "create", "title": "Sand"})
    again = push({"verb": "create", "title": "Sand"})

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert (again.status_code, again.json()["outcome"]) == (200, "done")


@pytest.mark.parametrize("handle", ["@alice", "@robo", "@dana", "@carol", "@admin"])
def test_it_is_for_google_alone(speak_as, handle):
    answer = speak_as(handle).post("/api/pubsub/push", envelope({"verb": "create", "title": "x"}))

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert not Task.objects.exists()


def test_nobody_else_gets_in(anonymous, google_server, contract):
    assert anonymous.post("/api/pubsub/push", {}).status_code == 401
    contract(gc_service_accounts={google_certs.PUSHER: frozenset({"tasks:read"})})
    reader = APIClient(HTTP_AUTHORIZATION=f"Bearer {google_server.token()}")
    assert reader.post("/api/pubsub/push", envelope({})).status_code == 403


@pytest.mark.parametrize(
    "body",
    [{}, [], {"message": {}}, {"message": {"messageId": "1"}}, {"message": 7, "subscription": "s"},
     {"message": {"messageId": 7}, "subscription": "s"}, {"subscription": "s"},
     {"message": {"messageId": "x" * 256}, "subscription": "s"},
     {"message": {"messageId": "\x00"}, "subscription": "s"},
     {"message": {"messageId": "1"}, "subscription": "s" * 513}],
    ids=str,
)  # fmt: skip
def test_an_envelope_that_google_did_not_make_is_refused(pusher, body):
    answer = pusher.post("/api/pubsub/push", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert not PushedMessage.objects.exists()


def test_the_same_message_of_another_subscription_is_another(pusher):
    body = envelope({"verb": "create", "title": "Sand"})

    for name in ("one", "other"):
        answer = pusher.post("/api/pubsub/push", {**body, "subscription": name})
        assert answer.json()["outcome"] == "done"


def test_a_message_costs_one_statement_more_than_its_change(push, django_assert_num_queries):
    push({"verb": "create", "title": "Sand"}, "1")

    # Mark, id, task, entry, event; SAVEPOINT and RELEASE are the test's.
    with django_assert_num_queries(7):
        push({"verb": "create", "title": "Sand"}, "2")
