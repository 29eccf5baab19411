"""What is old goes a portion at a time, and nothing that somebody has yet to hear."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from events.management.commands import prune_events
from events.models import PushedMessage, Webhook
from events.webhook_models import at_place
from outbox.models import Event
from tests.factories import NOON
from tests.following import an_event
from wire.clock import now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people")]


@pytest.fixture
def _by_two(monkeypatch, time_machine):
    monkeypatch.setattr(prune_events, "AT_ONCE", 2)
    time_machine.move_to(NOON + timedelta(days=365), tick=False)


def prune():
    out = StringIO()
    call_command("prune_events", stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("_by_two")
def test_a_webhook_made_meanwhile_keeps_what_it_has_yet_to_hear():
    events = [an_event(task_id=number) for number in range(1, 8)]

    def make_one_after_the_first_portion(execute, sql, *more):
        done = execute(sql, *more)
        if sql.startswith("DELETE") and Event.objects.count() == 5:
            Webhook.objects.create(
                url="https://hooks.example.com", sealed_secret=b"", created_by="@admin",
                created_at=now(), next_attempt_at=now(), **at_place(events[3].cursor),
            )  # fmt: skip
        return done

    with connection.execute_wrapper(make_one_after_the_first_portion):
        told = prune()

    assert told == "4 deleted\n"
    assert [event.task_id for event in Event.objects.order_by("pk")] == [5, 6, 7]


@pytest.mark.usefixtures("_by_two")
def test_old_messages_go_and_those_that_may_come_again_stay():
    for days in (31, 33, 34, 35, 36, 37):
        PushedMessage.objects.create(
            subscription="s", message_id=f"{days}", received_at=now() - timedelta(days=days)
        )

    prune()

    assert [message.message_id for message in PushedMessage.objects.all()] == ["31"]
