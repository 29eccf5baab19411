"""The deliverer that goes on: through an outage of the database, and until it is told to stop."""

import json
import os
import signal
from contextlib import ExitStack
from io import StringIO

import pytest
from django.core.management import call_command

from events import webhooks
from events.models import Webhook
from tests.broken import database_away
from tests.factories import ADMIN, acting
from tests.following import an_event
from tests.servers.endpoint import listening
from wire.clock import now

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("people")]


class Complaints(StringIO):
    """Brings the database back once its absence was noticed."""

    def __init__(self, outage):
        super().__init__()
        self.outage = outage

    def write(self, text):
        self.outage.close()
        return super().write(text)


def stop(exchange):
    os.kill(os.getpid(), signal.SIGTERM)
    exchange.document(b"")


def test_it_outlives_an_outage_and_stops_when_told_to():
    before = signal.getsignal(signal.SIGTERM)
    with listening(stop) as receiver, ExitStack() as outage:
        with acting(ADMIN, now()) as journal:
            webhooks.create(receiver.url, None, None, caller=ADMIN, journal=journal)
        event = an_event(task_id=1)
        outage.enter_context(database_away())
        said, complaints = StringIO(), Complaints(outage)

        call_command("deliver_events", "--every", "0.05", stdout=said, stderr=complaints)

    assert [json.loads(body)["task_id"] for _, body in receiver.received] == [1]
    assert said.getvalue() == "1 delivered, 0 failed, 0 disabled\n"
    assert complaints.getvalue().count("The database is away") == 1
    told = Webhook.objects.get()
    assert (told.cursor, told.claim) == (event.cursor, None)
    assert signal.getsignal(signal.SIGTERM) is before
