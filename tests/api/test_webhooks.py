"""GET and POST /api/webhooks, DELETE /api/webhooks/{id}"""

import base64
import uuid

import pytest

from audit.models import Entry
from events.models import Webhook
from outbox.cursors import Cursor
from tests.factories import a_project, make_history_unwritable
from tests.following import an_event

pytest_plugins = ["tests.servers.fixtures"]
pytestmark = pytest.mark.usefixtures("people")

URL = "https://hooks.example.com/in?key=s3cret"


@pytest.fixture
def garden():
    return a_project("garden", {"@alice": "owner", "@bob": "member", "@robo": "owner"})


def make(client, **members):
    return client.post("/api/webhooks", {"url": URL, **members})


def test_an_owner_has_an_address_told_of_the_project(as_alice, garden):
    newest = an_event()

    answer = make(as_alice, project="garden")

    body, stored = answer.json(), Webhook.objects.get()
    assert (answer.status_code, body["id"]) == (201, str(stored.pk))
    assert (body["url"], body["project"], body["created_by"]) == (URL, "garden", "@alice")
    assert (body["cursor"], body["failures"], body["disabled_at"]) == (str(newest.cursor), 0, None)
    assert len(base64.b64decode(body["secret"].removeprefix("whsec_"), validate=True)) == 32


def test_the_secret_is_shown_once_and_kept_nowhere_in_clear(as_alice, garden):
    secret = make(as_alice, project="garden").json()["secret"]

    key = base64.b64decode(secret.removeprefix("whsec_"))
    assert key not in bytes(Webhook.objects.get().sealed_secret)
    assert "secret" not in as_alice.get("/api/webhooks").json()[0]
    entry = Entry.objects.get()
    assert (entry.action, entry.target_type, entry.project_slug) == (
        "webhook.created", "webhook", "garden",
    )  # fmt: skip
    assert entry.context["url"] == "https://hooks.example.com/in"


def test_a_key_keeps_no_answer_with_a_secret(as_alice, garden):
    for _ in range(2):
        answer = as_alice.post("/api/webhooks", {"url": URL, "project": "garden"},
                               HTTP_IDEMPOTENCY_KEY="once")  # fmt: skip
        assert "Idempotent-Replayed" not in answer

    assert Webhook.objects.count() == 2


def test_it_can_begin_after_an_event_of_the_past(as_admin):
    first, _ = an_event(), an_event()

    assert make(as_admin, after=str(first.cursor)).json()["cursor"] == str(first.cursor)
    assert make(as_admin, after="nonsense").status_code == 422
    assert make(as_admin, after=str(Cursor(0, 10**9))).status_code == 410


REFUSALS = [
    ("@bob", "garden", 403, "not_project_owner"), ("@alice", None, 403, "not_project_owner"),
    ("@alice", "open", 404, "no_such_project"), ("@dana", "garden", 403, "forbidden"),
    ("@robo", "garden", 403, "people_only"), ("@carol", "garden", 403, "forbidden"),
    ("@crawler", None, 403, "people_only"),
]  # fmt: skip


@pytest.mark.parametrize(("handle", "project", "status", "code"), REFUSALS)
def test_nobody_else_makes_one(speak_as, garden, handle, project, status, code):
    answer = make(speak_as(handle), **({"project": project} if project else {}))

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Webhook.objects.exists()


def test_an_administrator_has_an_address_told_of_everything(as_admin, garden):
    assert make(as_admin).json()["project"] is None
    assert make(as_admin, project="open").status_code == 201


def test_an_address_that_may_not_be_called_is_refused(as_admin):
    for url in ("nonsense", "ftp://hooks.example.com/", "http://a b/", "", "x" * 2001, "\x00"):
        answer = as_admin.post("/api/webhooks", {"url": url})

        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/url")
    assert not Webhook.objects.exists()


def test_owners_see_and_delete_those_of_their_projects(as_alice, as_bob, as_admin, garden):
    mine, all_ = make(as_alice, project="garden").json()["id"], make(as_admin).json()["id"]

    listed = [[hook["id"] for hook in c.get("/api/webhooks").json()] for c in (as_alice, as_bob)]
    assert listed == [[mine], []]
    assert {hook["id"] for hook in as_admin.get("/api/webhooks").json()} == {mine, all_}
    for client, number in [(as_bob, mine), (as_alice, all_), (as_admin, uuid.uuid4())]:
        answer = client.delete(f"/api/webhooks/{number}")
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_webhook")
    assert as_alice.delete(f"/api/webhooks/{mine}").status_code == 204
    assert [str(hook.pk) for hook in Webhook.objects.all()] == [all_]
    assert Entry.objects.latest("pk").action == "webhook.deleted"


def test_without_their_entries_they_are_neither_made_nor_deleted(as_admin):
    number = make(as_admin).json()["id"]
    make_history_unwritable()

    for answer in (make(as_admin), as_admin.delete(f"/api/webhooks/{number}")):
        assert (answer.status_code, answer.json()["code"]) == (503, "audit_unavailable")
    assert [str(hook.pk) for hook in Webhook.objects.all()] == [number]
