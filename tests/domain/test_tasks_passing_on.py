"""A task whose lease has lapsed passes to the next claimer, and its late holder is told so."""

from datetime import timedelta

import pytest

from audit.models import Entry
from tasks import operations
from tasks.errors import NotHolder, StaleFence, StepNotAllowed
from tasks.lifecycle import STEPS, By, Status, Verb
from tasks.models import FormerHolder
from tests.factories import ADMIN, ALICE, BOB, CRAWLER, NOON, ROBO, a_task, acting, stored

pytestmark = pytest.mark.django_db

LEASE = 60
LAPSED = NOON + timedelta(seconds=LEASE)
FOR_THE_HOLDER = [verb for verb, step in STEPS.items() if step.by is By.HOLDER]


def claim(caller, at=NOON, lease_seconds=LEASE):
    with acting(caller, at) as journal:
        return operations.claim(caller=caller, journal=journal, lease_seconds=lease_seconds)


def take(verb, task, caller, at=LAPSED, **asked):
    said = operations.Asked(**{"percent": 40, "reason": "It rains.", **asked})
    with acting(caller, at) as journal:
        return operations.take_step(
            verb, task_id=task.pk, caller=caller, journal=journal, asked=said
        )


def edit(task, caller, at=LAPSED, *, status=None, reason=None, **edits):
    with acting(caller, at) as journal:
        return operations.edit(
            edits, task_id=task.pk, caller=caller, journal=journal, status=status, reason=reason
        )


@pytest.fixture
def overtaken():
    """A task that Robo held until the lease lapsed, and that Crawler holds now."""
    task = a_task(created_by="@robo")
    claim(ROBO)
    claim(CRAWLER, LAPSED)
    return task


def test_a_lease_lapses_at_its_very_instant():
    a_task()
    claim(ROBO)

    with pytest.raises(operations.NothingReady):
        claim(CRAWLER, LAPSED - timedelta(microseconds=1))
    assert claim(CRAWLER, LAPSED).assigned_to == "@crawler"


def test_a_lapsed_lease_that_nobody_took_is_renewed_by_its_holder():
    task = a_task()
    claim(ROBO)

    renewed = take(Verb.PROGRESS, task, ROBO, LAPSED)

    assert renewed.lease_expires_at == LAPSED + timedelta(seconds=LEASE)
    with pytest.raises(operations.NothingReady):
        claim(CRAWLER, LAPSED)


def test_the_holder_itself_may_claim_it_anew_with_another_fence():
    task = a_task()
    claim(ROBO)

    assert claim(ROBO, LAPSED).fence == 2
    with pytest.raises(StaleFence):
        take(Verb.PROGRESS, task, ROBO, fence=1)
    assert not FormerHolder.objects.exists()


def test_a_lapsed_task_is_claimed_rather_than_started():
    task = a_task()
    claim(ROBO)

    with pytest.raises(StepNotAllowed, match="Cannot start"):
        take(Verb.START, task, CRAWLER)


@pytest.mark.parametrize("fence", [None, 1, 2])
@pytest.mark.parametrize("verb", FOR_THE_HOLDER)
def test_a_late_step_changes_nothing(overtaken, verb, fence):
    before, told = stored(overtaken), Entry.objects.count()

    with pytest.raises(StaleFence):
        take(verb, overtaken, ROBO, fence=fence)

    assert (stored(overtaken), Entry.objects.count()) == (before, told)


@pytest.mark.parametrize("edits", [
    {"title": "Mine"}, {"description": "Done."}, {"priority": 3}, {"assigned_to": "@robo"},
    {"tags": ["mine"]}, {"status": Status.COMPLETED}, {"status": Status.REVIEW, "title": "Mine"},
    {"status": Status.BLOCKED, "reason": "It rains."}, {"status": Status.PENDING},
])  # fmt: skip
def test_a_late_edit_changes_nothing(overtaken, edits):
    before, told = stored(overtaken), Entry.objects.count()

    with pytest.raises(StaleFence):
        edit(overtaken, ROBO, **edits)

    assert (stored(overtaken), Entry.objects.count()) == (before, told)


def test_its_creator_may_still_ask_for_its_end(overtaken):
    assert edit(overtaken, ROBO, cancel_requested=True).cancel_requested


def test_who_never_held_it_is_told_who_does(overtaken):
    with pytest.raises(NotHolder, match="@crawler"):
        take(Verb.COMPLETE, overtaken, BOB)


def test_who_never_held_it_may_edit_it_and_an_administrator_may_do_all(overtaken):
    assert edit(overtaken, BOB, title="Sand").title == "Sand"
    assert take(Verb.COMPLETE, overtaken, ADMIN).status == Status.COMPLETED


@pytest.mark.parametrize("hands_on", [True, False])
def test_who_let_go_of_it_may_still_edit_it_and_no_more(hands_on):
    task = a_task()
    claim(ALICE)
    if hands_on:
        edit(task, ALICE, assigned_to="outside:somebody")
    else:
        take(Verb.RELEASE, task, ALICE)
        claim(BOB)

    assert edit(task, ALICE, title="Sand").title == "Sand"
    with pytest.raises(StaleFence):
        take(Verb.PROGRESS, task, ALICE)


def test_who_lost_it_to_a_third_is_told_so_too(overtaken):
    third = LAPSED + timedelta(seconds=LEASE)
    claim(ALICE, third)

    for late in (ROBO, CRAWLER):
        with pytest.raises(StaleFence, match="3"):
            take(Verb.PROGRESS, overtaken, late, third)


def test_who_takes_it_back_holds_it_again(overtaken):
    back = claim(ROBO, LAPSED + timedelta(seconds=LEASE))

    assert take(Verb.PROGRESS, overtaken, ROBO, fence=back.fence).progress_percent == 40
    with pytest.raises(StaleFence):
        take(Verb.PROGRESS, overtaken, CRAWLER)


def test_a_hold_that_was_taken_away_by_an_administrator_is_lost_as_well():
    task = a_task()
    claim(ROBO)
    edit(task, ADMIN, NOON, assigned_to="outside:someone")

    with pytest.raises(StaleFence):
        edit(task, ROBO, NOON, title="Mine")


def test_a_blocked_task_does_not_lapse_until_it_goes_on():
    task = a_task()
    claim(ROBO)
    take(Verb.BLOCK, task, ROBO, NOON)
    later = NOON + timedelta(days=1)

    with pytest.raises(operations.NothingReady):
        claim(CRAWLER, later)
    take(Verb.UNBLOCK, task, ROBO, later)
    assert claim(CRAWLER, later + timedelta(seconds=LEASE)).assigned_to == "@crawler"


def test_a_released_task_is_ready_at_once_and_a_reopened_one_for_who_did_it():
    task = a_task()
    claim(ROBO)
    take(Verb.RELEASE, task, ROBO, NOON)
    claim(CRAWLER)
    take(Verb.COMPLETE, task, CRAWLER, NOON)
    take(Verb.REOPEN, task, ALICE, NOON)

    with pytest.raises(operations.NothingReady):
        claim(ROBO)
    again = claim(CRAWLER)
    assert (again.fence, again.assigned_to) == (3, "@crawler")


def test_a_fence_stays_until_somebody_takes_the_task_again():
    task = a_task()
    first = claim(ROBO)
    away = (Verb.PROGRESS, Verb.BLOCK, Verb.UNBLOCK, Verb.SUBMIT, Verb.COMPLETE, Verb.REOPEN)

    fences = [take(verb, task, ROBO, NOON).fence for verb in away]

    assert {first.fence, *fences} == {1}
    assert take(Verb.START, task, ROBO, NOON).fence == 2
