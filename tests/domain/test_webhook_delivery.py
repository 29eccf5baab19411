"""Webhooks hear everything, in order, signed, and again until they have heard it."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import Account
from audit.models import Entry
from events import delivery, webhooks
from events.deliverer import deliver_due
from events.delivery import pause_after
from events.models import Webhook
from outbox.cursors import Cursor
from outbox.models import Event
from tasks.models import Member
from tests.factories import ALICE, NOON, a_project, a_task
from tests.following import an_event, heard, hook
from tests.servers import endpoint
from tests.servers.endpoint import listening, redirect, text
from wire.clock import now

pytest_plugins = ["tests.servers.fixtures"]
pytestmark = pytest.mark.usefixtures("people", "movable_time")


def test_each_event_is_told_in_order_as_the_api_tells_it(receiver, as_admin):
    made = hook(receiver.url)
    events = [an_event(task_id=number) for number in (1, 2, 3)]

    assert deliver_due() == {"delivered": 3}

    assert [json.loads(body) for _, body in receiver.received] == as_admin.get("/api/events").json()
    made.webhook.refresh_from_db()
    assert made.webhook.cursor == events[-1].cursor
    assert made.webhook.claim is None
    assert deliver_due() == {}
    assert len(receiver.received) == 3


def test_a_call_is_signed_as_standard_webhooks_says(receiver):
    secret = hook(receiver.url).secret
    event = an_event()

    deliver_due()

    headers, body = receiver.received[0]
    assert headers["webhook-id"] == str(event.cursor)
    assert abs(int(headers["webhook-timestamp"]) - now().timestamp()) < 60
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body.decode()}"
    digest = hmac.new(key, signed.encode(), hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert headers["Content-Type"] == "application/json"


def test_a_project_hears_of_itself_through_its_owners_eyes(receiver):
    a_project("garden", {"@alice": "owner"})
    a_project("secret", {"@bob": "owner"})
    hook(receiver.url, "garden", ALICE)
    hidden = a_task(project_slug="secret").pk
    an_event(task_id=1, project_slug="secret")
    an_event(task_id=2, project_slug="garden", data={"parent_id": hidden, "depends_on": [hidden]})
    an_event(task_id=3)

    deliver_due()

    assert heard(receiver) == [2]
    assert json.loads(receiver.received[0][1])["data"] == {"parent_id": None, "depends_on": []}
    assert Webhook.objects.get().cursor == webhooks.newest()


BAD = {"error": text(b"", 500), "not found": text(b"", 404), "redirect": None,
       "silence": endpoint.silence, "endless": endpoint.dripping_headers}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_receiver_that_fails_loses_nothing(receiver, contract, time_machine, name):
    contract(webhook_seconds=0.2)
    with listening(text(b"")) as sink:
        good, receiver.answer = receiver.answer, BAD[name] or redirect(sink.url)
        hook(receiver.url)
        for number in (1, 2):
            an_event(task_id=number)

        assert deliver_due() == {"failed": 1}
        assert deliver_due() == {}  # not before its time

        receiver.answer = good
        time_machine.shift(delivery.FIRST_PAUSE)
        assert deliver_due() == {"delivered": 2}
        assert (heard(receiver), sink.hits) == ([1, 1, 2], 0)
        assert Webhook.objects.get().failures == 0


def test_one_that_never_answers_is_given_up_and_another_can_take_its_place(
    contract, time_machine, receiver
):
    contract(webhook_attempts=3)
    failed = hook("http://127.0.0.1:9/nobody").webhook
    an_event(task_id=1)

    tallies = []
    for _ in range(4):
        tallies.append(dict(deliver_due()))
        time_machine.shift(delivery.LONGEST_PAUSE)

    assert tallies == [{"failed": 1}, {"failed": 1}, {"disabled": 1}, {}]
    failed.refresh_from_db()
    assert (failed.last_error, failed.disabled_at is None) == ("ConnectionRefusedError", False)
    told = Entry.objects.values_list("action", "outcome", "actor_id").latest("pk")
    assert told == ("webhook.disabled", "error", "system:shell")
    hook(receiver.url, place=failed.cursor)
    assert deliver_due() == {"delivered": 1}


def test_who_may_no_longer_have_one_is_told_no_more(receiver):
    a_project("garden", {"@alice": "owner"})
    hook(receiver.url, "garden", ALICE)
    hook(receiver.url)
    Member.objects.update(role="member")
    Account.objects.filter(pk="@admin").update(disabled_at=now())
    an_event(project_slug="garden")

    assert deliver_due() == {"disabled": 2}
    assert heard(receiver) == []
    assert Entry.objects.filter(action="webhook.disabled").count() == 2


def test_what_a_dead_deliverer_had_taken_on_is_taken_over(receiver, time_machine):
    lost = hook(receiver.url).webhook
    an_event(task_id=1)
    taken = Webhook.objects.claim(lost.pk, now())

    assert Webhook.objects.claim(lost.pk, now()) is None
    assert deliver_due() == {}
    time_machine.shift(61)
    assert deliver_due() == {"delivered": 1}
    assert taken is not None
    assert not Webhook.objects.go_on(taken, failures=7)


def test_a_change_calls_nobody(receiver, as_alice):
    hook(receiver.url)

    as_alice.post("/api/tasks", {"title": "Sand"})

    assert receiver.hits == 0


def test_pauses_grow_and_end_growing():
    pauses = [pause_after(failures).total_seconds() for failures in range(1, 40)]

    assert all(2.5 * 2**n <= pause <= 5 * 2**n for n, pause in enumerate(pauses[:9]))
    assert all(1800 <= pause <= 3600 for pause in pauses[10:])
    assert len(set(pauses[10:])) > 1


def test_what_a_webhook_has_yet_to_hear_is_not_pruned(receiver, time_machine):
    old = [an_event(task_id=number) for number in (1, 2, 3)]
    hook(receiver.url, place=old[0].cursor)
    time_machine.move_to(NOON + timedelta(days=365))

    call_command("prune_events", stdout=StringIO())
    assert [event.pk for event in Event.objects.order_by("pk")] == [old[1].pk, old[2].pk]

    Webhook.objects.update(next_attempt_at=NOON)
    said = StringIO()
    call_command("deliver_events", stdout=said)
    assert said.getvalue() == "2 delivered, 0 failed, 0 disabled\n"
    call_command("prune_events", stdout=StringIO())
    assert not Event.objects.exists()


def test_where_nothing_ever_happened_one_begins_at_the_beginning(receiver):
    assert hook(receiver.url).webhook.cursor == Cursor(0, 0)
