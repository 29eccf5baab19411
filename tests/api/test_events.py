"""GET /api/events"""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from audit.models import Entry
from outbox.cursors import Cursor
from outbox.models import Event
from tests.factories import NOON, a_project, a_task
from tests.following import an_event, followed

FROM_NOTHING = str(Cursor(0, 4711))


@pytest.fixture
def events(people):
    return [an_event(task_id=number) for number in range(1, 6)]


def seen(answer):
    assert answer.status_code == 200, answer.content
    return [event["task_id"] for event in answer.json()]


def test_events_are_told_oldest_first(as_alice, events):
    assert seen(as_alice.get("/api/events")) == [1, 2, 3, 4, 5]


def test_an_event_has_these_members(as_alice, people):
    event = an_event(project_slug="garden")

    assert as_alice.get("/api/events").json() == [{
        "cursor": str(event.cursor), "type": "task.updated", "occurred_at": "2026-03-01T12:00:00Z",
        "task_id": 7, "project_slug": "garden", "actor_id": "@alice", "actor_type": "human",
        "request_id": "test-request", "data": {"id": 7},
    }]  # fmt: skip


def test_from_each_cursor_on_come_those_after_it(as_alice, events):
    for number, event in enumerate(events, 1):
        answer = as_alice.get("/api/events", {"after": str(event.cursor)})

        assert seen(answer) == list(range(number + 1, 6))
        assert "Link" not in answer


def test_the_order_is_by_horizon_then_by_id(as_alice, people):
    late, early, last = (an_event(task_id=n, horizon=h) for n, h in [(1, 2), (2, 1), (3, 2)])

    assert seen(as_alice.get("/api/events")) == [2, 1, 3]
    assert seen(as_alice.get("/api/events", {"after": str(early.cursor)})) == [1, 3]
    assert seen(as_alice.get("/api/events", {"after": str(late.cursor)})) == [3]
    assert seen(as_alice.get("/api/events", {"after": str(last.cursor)})) == []


def test_the_link_leads_through_all_of_them(as_alice, events):
    answer, found = as_alice.get("/api/events?limit=2"), []
    while "Link" in answer:
        found += seen(answer)
        assert answer["Link"].endswith('; rel="next"')
        answer = as_alice.get(answer["Link"].partition(">")[0].lstrip("<"))

    assert found + seen(answer) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "query",
    [{"after": "nonsense"}, {"after": ""}, {"after": "x" * 65}, {"after": "\x00"}, {"limit": "0"},
     {"limit": "101"}, {"limit": str(10**30)}, {"offset": "1"}, {"type": "task.updated"}],
    ids=str,
)  # fmt: skip
def test_a_query_that_is_not_understood_is_refused(as_alice, query):
    answer = as_alice.get("/api/events", query)

    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


def test_a_cursor_whose_event_is_gone_is_told_apart(as_alice, events):
    gone = str(events[1].cursor)
    events[1].delete()

    for cursor in (gone, FROM_NOTHING, str(Cursor(1, events[0].pk))):
        answer = as_alice.get("/api/events", {"after": cursor})

        assert (answer.status_code, answer.json()["code"]) == (410, "cursor_expired")


def test_old_events_are_pruned_and_new_ones_kept(as_alice, events, time_machine):
    time_machine.move_to(NOON + timedelta(days=30, hours=1))
    an_event(task_id=6, occurred_at=NOON + timedelta(hours=2))

    call_command("prune_events")

    assert seen(as_alice.get("/api/events")) == [6]
    answer = as_alice.get("/api/events", {"after": str(events[-1].cursor)})
    assert answer.status_code == 410


def test_a_projects_events_are_for_its_members(as_alice, as_bob, as_admin, events):
    a_project("garden", {"@alice": "viewer"})
    an_event(task_id=6, project_slug="garden")
    an_event(task_id=7, project_slug="open")

    assert seen(as_alice.get("/api/events")) == [1, 2, 3, 4, 5, 6, 7]
    assert seen(as_admin.get("/api/events")) == [1, 2, 3, 4, 5, 6, 7]
    assert seen(as_bob.get("/api/events")) == [1, 2, 3, 4, 5, 7]
    assert seen(as_bob.get("/api/events?limit=6")) == [1, 2, 3, 4, 5, 7]


def test_a_deleted_project_leaves_its_events_to_administrators(as_bob, as_admin, events):
    an_event(task_id=6, project_slug="garden")
    an_event("project.deleted", task_id=None, project_slug="garden", data=None)
    an_event(task_id=7, project_slug="garden")

    assert seen(as_bob.get("/api/events")) == [1, 2, 3, 4, 5, 7]
    assert seen(as_admin.get("/api/events")) == [1, 2, 3, 4, 5, 6, None, 7]


def test_tasks_out_of_sight_are_not_named_in_those_that_are(as_alice, as_bob, as_admin):
    a_project("garden", {"@alice": "member"})
    hidden, known = a_task(project_slug="garden").pk, a_task().pk
    data: dict[str, Any] = {"parent_id": hidden, "depends_on": [hidden, known]}
    an_event(data={"id": 7, **data})

    narrow = {"parent_id": None, "depends_on": [known]}
    for client, relations in [(as_alice, data), (as_admin, data), (as_bob, narrow)]:
        (event,) = client.get("/api/events").json()
        assert event["data"] == {"id": 7, **relations}


def test_reading_leaves_no_trace(as_alice, events):
    as_alice.get("/api/events")

    assert not Entry.objects.exists()


def test_it_takes_the_scope_to_read(speak_as, events):
    assert speak_as("@dana").get("/api/events").status_code == 200
    assert speak_as("@carol").get("/api/events").status_code == 403


def test_a_page_costs_one_statement_and_one_more_with_a_cursor(
    as_alice, events, django_assert_num_queries
):
    as_alice.get("/api/events")

    with django_assert_num_queries(1):
        as_alice.get("/api/events")
    with django_assert_num_queries(2):
        as_alice.get("/api/events", {"after": str(events[0].cursor)})


def test_going_on_is_one_range_of_the_index(events):
    place = events[2].cursor
    query = Event.objects.settled().beyond(place)[:50]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    plan = query.explain()

    assert "outbox_in_order" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.django_db(transaction=True)
def test_what_happens_on_the_board_can_be_followed(as_alice, as_robo):
    task = as_alice.post("/api/tasks", {"title": "Sand", "project_slug": "garden"}).json()
    started = as_robo.post(f"/api/tasks/{task['id']}/start").json()
    followed(2)

    first, second = as_alice.get("/api/events").json()

    assert [first["type"], second["type"]] == ["task.created", "task.started"]
    assert [first["data"], second["data"]] == [task, started]
    assert (second["actor_id"], second["actor_type"]) == ("@robo", "agent")
    assert second["project_slug"] == "garden"
