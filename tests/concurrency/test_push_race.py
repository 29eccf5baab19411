"""A message that is delivered many times at once is dealt with once."""

from collections import Counter

import pytest
from rest_framework.test import APIClient

from audit.models import Entry
from outbox.models import Event
from tasks.models import Task
from tests.api.test_pubsub_push import envelope
from tests.concurrency.threads import at_once

pytest_plugins = ["tests.servers.fixtures"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("people")]


@pytest.mark.parametrize(("title", "outcome"), [("Sand", "done"), ("", "refused")])
def test_push_race(google_server, rounds, title, outcome):
    token = google_server.token()

    for number in range(how_often := rounds(2, full=100)):

        def deliver(_, number=number):
            client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")
            body = envelope({"verb": "create", "title": title}, f"message-{number}")
            answer = client.post("/api/pubsub/push", body)
            assert answer.status_code == 200, answer.content
            return answer.json()["outcome"]

        assert Counter(at_once(8, deliver)) == {outcome: 1, "repeated": 7}

    made = how_often if outcome == "done" else 0
    assert Task.objects.count() == Event.objects.count() == made
    assert Entry.objects.count() == how_often
