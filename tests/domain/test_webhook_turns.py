"""Webhooks are told side by side and take turns: none waits for another's receiver."""

import threading
from collections import Counter

import pytest

from audit.models import Entry
from events import deliverer, delivery
from events.deliverer import deliver_due
from events.models import Webhook
from tests.following import an_event, heard, hook
from tests.servers.endpoint import listening, text
from wire.clock import now

pytest_plugins = ["tests.servers.fixtures"]
pytestmark = pytest.mark.usefixtures("people", "movable_time")


def test_a_slow_receiver_holds_up_nobody_else(receiver, contract):
    contract(webhook_seconds=30)

    def once_the_other_has_heard_all(exchange):
        receiver.wait_for_hit(3)
        exchange.document(b"")

    with listening(once_the_other_has_heard_all) as slow:
        for url in (slow.url, receiver.url):
            hook(url)
        for number in (1, 2, 3):
            an_event(task_id=number)

        assert deliver_due() == {"delivered": 6}

    assert heard(slow) == heard(receiver) == [1, 2, 3]


def test_who_has_much_to_hear_lets_others_have_their_turn(receiver, monkeypatch):
    monkeypatch.setattr(deliverer, "AT_ONCE", 1)
    monkeypatch.setattr(delivery, "MOST_IN_A_TURN", 2)
    for _ in range(2):
        hook(receiver.url)
    for number in range(1, 6):
        an_event(task_id=number)

    assert deliver_due() == {"delivered": 10}

    assert heard(receiver) == [1, 2, 1, 2, 3, 4, 3, 4, 5, 5]
    assert not Webhook.objects.exclude(claim=None).exists()


def test_who_answers_slowly_lets_others_have_their_turn(receiver, monkeypatch, time_machine):
    monkeypatch.setattr(deliverer, "AT_ONCE", 1)

    def slowly(exchange):
        time_machine.shift(20)
        exchange.document(b"")

    receiver.answer = slowly
    for _ in range(2):
        hook(receiver.url)
    for number in (1, 2):
        an_event(task_id=number)

    assert deliver_due() == {"delivered": 4}
    assert heard(receiver) == [1, 1, 2, 2]


def test_one_that_is_told_to_stop_keeps_what_was_heard_and_lets_go(receiver):
    stopping = threading.Event()

    def stop(exchange):
        stopping.set()
        exchange.document(b"")

    receiver.answer = stop
    for _ in range(2):
        hook(receiver.url)
    events = [an_event(task_id=number) for number in (1, 2)]

    tally = deliver_due(stopping)

    assert tally["delivered"] == receiver.hits < 4
    assert not Webhook.objects.exclude(claim=None).exists()
    receiver.answer = text(b"")
    assert deliver_due()["delivered"] == 4 - tally["delivered"]
    assert sorted(heard(receiver)) == [1, 1, 2, 2]
    assert {webhook.cursor for webhook in Webhook.objects.all()} == {events[-1].cursor}


def test_one_that_is_deleted_while_it_is_called_is_not_disabled(receiver, contract):
    contract(webhook_attempts=1)
    webhook = hook("http://127.0.0.1:9/nobody").webhook
    an_event()
    tally: Counter[str] = Counter()
    claimed = Webhook.objects.claim(webhook.pk, now())
    assert claimed is not None
    told = delivery.turn(claimed, tally, lambda: False)
    call = next(told)
    Webhook.objects.all().delete()

    with pytest.raises(StopIteration):
        told.send(call())

    assert not Entry.objects.filter(action="webhook.disabled").exists()
    assert tally["disabled"] == 0
