"""Each change stands in the outbox with the task as it left it, or has not happened."""

from typing import Any

import pytest

from audit.errors import AuditUnavailable
from audit.models import Entry
from outbox.models import Event
from tasks import operations, reading
from tasks.lifecycle import STEPS, Status, Verb
from tasks.models import Task
from tasks.operations import projects
from tasks.rows import told
from tests.factories import ADMIN, ALICE, BOB, NOON, a_task, acting, make_table_unwritable, stored

pytestmark = pytest.mark.django_db

WORDS: dict[str, Any] = {"percent": 40, "reason": "It rains."}


def told_now(task):
    return told(reading.get(task.pk if isinstance(task, Task) else task.id, caller=ALICE))


@pytest.mark.parametrize("verb", Verb)
def test_a_step_is_told_with_the_task_after_it(verb):
    task = a_task(min(STEPS[verb].sources), project_slug="garden")
    needs = STEPS[verb].needs
    asked = operations.Asked(**{name: WORDS[name] for name in [needs] if name})
    caller = BOB if verb in {Verb.APPROVE, Verb.REJECT} else ALICE

    with acting(caller) as journal:
        operations.take_step(verb, task_id=task.pk, caller=caller, journal=journal, asked=asked)

    event = Event.objects.get()
    assert event.type == Entry.objects.get().action == STEPS[verb].action
    assert (event.task_id, event.project_slug) == (task.pk, "garden")
    assert (event.actor_id, event.actor_type) == (caller.id, "human")
    assert (event.occurred_at, event.request_id) == (NOON, "test-request")
    assert event.data == told_now(task)


def test_a_new_task_is_told_whole():
    with acting(ALICE) as journal:
        task = operations.create(operations.Draft(title="Sand"), caller=ALICE, journal=journal)

    assert (Event.objects.get().type, Event.objects.get().data) == ("task.created", told_now(task))


def test_an_edit_that_is_two_entries_is_two_events_and_each_tells_how_it_ended():
    task = a_task()

    with acting(ALICE) as journal:
        operations.edit(
            {"title": "Sand", "assigned_to": "@alice"},
            task_id=task.pk, caller=ALICE, journal=journal, status=Status.CANCELLED,
        )  # fmt: skip

    cancelled, updated, assigned = list[Any](Event.objects.order_by("pk"))
    types = [cancelled.type, updated.type, assigned.type]
    assert types == ["task.cancelled", "task.updated", "task.assigned"]
    assert (cancelled.data["title"], cancelled.data["version"]) == ("Paint the fence", 2)
    assert updated.data == assigned.data == told_now(task)


def test_of_a_deleted_task_nothing_is_left_to_tell():
    task = a_task(project_slug="garden")

    with acting(ADMIN) as journal:
        operations.delete(task_id=task.pk, caller=ADMIN, journal=journal)

    event = Event.objects.get()
    assert (event.type, event.task_id, event.project_slug) == ("task.deleted", task.pk, "garden")
    assert event.data is None


def test_what_cannot_be_told_does_not_happen():
    task = a_task()
    before = stored(task)
    make_table_unwritable("outbox_event")

    with pytest.raises(AuditUnavailable), acting(ALICE) as journal:
        operations.take_step(Verb.START, task_id=task.pk, caller=ALICE, journal=journal)

    assert stored(task) == before
    assert not Entry.objects.exists()
    assert not Event.objects.exists()


def test_many_changes_of_one_recording_are_told_in_one_statement(django_assert_num_queries):
    # For each its id and its row, then all entries and all events; SAVEPOINT and RELEASE too.
    with django_assert_num_queries(10), acting(ALICE) as journal:
        for title in ("Sand", "Paint", "Nails"):
            operations.create(operations.Draft(title=title), caller=ALICE, journal=journal)

    assert Event.objects.count() == 3


def test_an_event_has_its_place_when_it_is_stored():
    with acting(ALICE) as journal:
        operations.create(operations.Draft(title="Sand"), caller=ALICE, journal=journal)

    first, *_ = Event.objects.all()
    assert Event.objects.keeps(first.cursor)


def test_a_project_is_told_with_what_is_new_of_it():
    with acting(ALICE) as journal:
        projects.create("garden", caller=ALICE, journal=journal)
    with acting(ALICE) as journal:
        projects.change({"requires_review": True}, slug="garden", caller=ALICE, journal=journal)
    with acting(ALICE) as journal:
        projects.delete(slug="garden", caller=ALICE, journal=journal)

    told = Event.objects.order_by("pk").values_list("type", "project_slug", "task_id", "data")
    assert list(told) == [
        ("project.created", "garden", None,
         {"slug": "garden", "requires_review": False, "owner": "@alice"}),
        ("project.updated", "garden", None, {"slug": "garden", "requires_review": True}),
        ("project.deleted", "garden", None, None),
    ]  # fmt: skip
