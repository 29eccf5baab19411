"""Every step from everywhere, read off the table: it is taken and told, or refused and not."""

import pytest

from audit.errors import AuditUnavailable
from audit.models import Entry
from tasks import operations
from tasks.errors import NoSuchTask, StepNotAllowed
from tasks.lifecycle import STEPS, By, Status, Verb
from tests.factories import ALICE, BOB, NOON, a_task, acting, make_history_unwritable, stored
from wire.errors import InvalidInput

pytestmark = pytest.mark.django_db

LEGAL = [(verb, status) for verb, step in STEPS.items() for status in sorted(step.sources)]
ILLEGAL = [(verb, status) for verb in Verb for status in Status if (verb, status) not in LEGAL]
ASKED = operations.Asked(percent=40, reason="It rains.")


def take(verb, task, caller=None, asked=ASKED):
    """Take the step as one who may: Bob judges what Alice holds."""
    who = caller or (BOB if STEPS[verb].by is By.REVIEWER else ALICE)
    with acting(who) as journal:
        return operations.take_step(verb, task_id=task.pk, caller=who, journal=journal, asked=asked)


@pytest.mark.parametrize(("verb", "status"), LEGAL)
def test_a_legal_step_is_taken_and_told(verb, status):
    task = a_task(status)

    after = take(verb, task)

    assert after.status == (STEPS[verb].target or Status.PENDING)
    assert (after.version, after.updated_at) == (task.version + 1, NOON)
    entry = Entry.objects.get()
    assert (entry.action, entry.task_id) == (STEPS[verb].action, task.pk)
    if verb is not Verb.PROGRESS:
        assert entry.changes["status"] == [status.value, after.status]


@pytest.mark.parametrize(("verb", "status"), LEGAL)
def test_what_a_step_answers_is_what_is_stored(verb, status):
    task = a_task(status)

    after = take(verb, task)._asdict()

    row = stored(task)
    assert {name: value for name, value in after.items() if name in row} == {
        name: value for name, value in row.items() if name in after
    }


@pytest.mark.parametrize(("verb", "status"), ILLEGAL)
def test_an_illegal_step_changes_nothing_and_is_not_told(verb, status):
    task = a_task(status)
    before = stored(task)

    with pytest.raises(StepNotAllowed):
        take(verb, task)

    assert stored(task) == before
    assert not Entry.objects.exists()


@pytest.mark.parametrize("verb", Verb)
def test_a_step_that_cannot_be_told_is_not_taken(verb):
    task = a_task(min(STEPS[verb].sources))
    before = stored(task)
    make_history_unwritable()

    with pytest.raises(AuditUnavailable):
        take(verb, task)

    assert stored(task) == before


@pytest.mark.parametrize("verb", Verb)
def test_there_is_no_step_for_a_task_that_is_not_there(verb, db):
    with pytest.raises(NoSuchTask), acting(ALICE) as journal:
        operations.take_step(verb, task_id=4711, caller=ALICE, journal=journal, asked=ASKED)


def test_starting_makes_the_caller_the_holder():
    after = take(Verb.START, a_task())

    assert (after.assigned_to, after.started_at, after.fence) == ("@alice", NOON, 1)


def test_completing_makes_it_a_hundred_percent_at_that_instant():
    after = take(Verb.COMPLETE, a_task(Status.IN_PROGRESS, progress_percent=10))

    assert (after.progress_percent, after.completed_at) == (100, NOON)


def test_releasing_leaves_it_to_nobody_with_its_progress():
    after = take(Verb.RELEASE, a_task(Status.IN_PROGRESS, progress_percent=70))

    assert (after.assigned_to, after.progress_percent) == (None, 70)


def test_reopening_begins_at_nought_again():
    after = take(Verb.REOPEN, a_task(Status.COMPLETED))

    assert (after.progress_percent, after.completed_at) == (0, None)


def test_blocking_keeps_the_reason_and_unblocking_drops_it():
    task = a_task(Status.IN_PROGRESS)

    blocked = take(Verb.BLOCK, task)
    unblocked = take(Verb.UNBLOCK, task)

    assert (blocked.blocked_reason, unblocked.blocked_reason) == ("It rains.", None)
    assert unblocked.status == Status.IN_PROGRESS


@pytest.mark.parametrize("origin", sorted(STEPS[Verb.BLOCK].sources))
def test_unblocking_leads_back_to_where_the_task_was(origin):
    task = a_task(origin)
    take(Verb.BLOCK, task)

    assert take(Verb.UNBLOCK, task).status == origin


def test_what_was_said_stands_in_the_history():
    asked = operations.Asked(percent=40, note="half of it", fence=1)

    take(Verb.PROGRESS, a_task(Status.IN_PROGRESS), asked=asked)

    assert Entry.objects.get().context == {"percent": 40, "note": "half of it", "fence": 1}


@pytest.mark.parametrize("verb", [verb for verb in Verb if STEPS[verb].needs])
def test_a_step_is_not_taken_without_what_it_needs(verb):
    task = a_task(min(STEPS[verb].sources))
    before = stored(task)

    with pytest.raises(InvalidInput) as refused:
        take(verb, task, asked=operations.Asked())

    assert refused.value.faults[0].pointer == f"/{STEPS[verb].needs}"
    assert stored(task) == before
