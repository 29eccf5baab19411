"""Several deliverers at once tell each webhook everything once, in order."""

import json

import pytest
from django.db import connection

from accounts.models import Account
from events import delivery, webhooks
from events.deliverer import deliver_due
from tests.concurrency.threads import at_once
from tests.factories import ADMIN, acting
from tests.following import an_event
from tests.servers.endpoint import listening, text
from wire.clock import now

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("people")]


def test_webhook_race(rounds):
    events = rounds(20, full=500)
    with listening(text(b"")) as receiver:
        with acting(ADMIN, now()) as journal:
            for _ in range(3):
                webhooks.create(receiver.url, None, None, caller=ADMIN, journal=journal)
        for number in range(1, events + 1):
            an_event(task_id=number)

        tallies = at_once(4, lambda _: deliver_due())

    assert sum(tally["delivered"] for tally in tallies) == 3 * events
    by_id: dict[str, int] = {}
    told = [json.loads(body)["task_id"] for _, body in receiver.received]
    for number in told:
        assert by_id.get(number, 0) < 3
        by_id[number] = by_id.get(number, 0) + 1
    assert set(by_id.values()) == {3}


def test_whose_eyes_it_sees_through_is_asked_anew_with_every_turn(monkeypatch):
    monkeypatch.setattr(delivery, "MOST_IN_A_TURN", 1)

    def while_its_maker_leaves(exchange):
        Account.objects.filter(pk="@admin").update(disabled_at=now())
        connection.close()
        exchange.document(b"")

    with listening(while_its_maker_leaves) as receiver:
        with acting(ADMIN, now()) as journal:
            webhooks.create(receiver.url, None, None, caller=ADMIN, journal=journal)
        for number in (1, 2):
            an_event(task_id=number)

        assert deliver_due() == {"delivered": 1, "disabled": 1}

    assert receiver.hits == 1
