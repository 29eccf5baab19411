"""Who holds a task, for how long, and what the others are told."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from tasks import operations
from tasks.errors import NotHolder, StaleFence, StepNotAllowed
from tasks.lifecycle import STEPS, By, Status, Verb
from tasks.models import FormerHolder
from tests.factories import ADMIN, ALICE, BOB, CRAWLER, NOON, PUSHER, ROBO, a_task, acting, stored

pytestmark = pytest.mark.django_db

FOR_THE_HOLDER = [verb for verb, step in STEPS.items() if step.by is By.HOLDER]
HELD_AT: dict[Verb, tuple[Status, dict[str, Any]]] = {
    Verb.UNBLOCK: (Status.BLOCKED, {"blocked_from": "in_progress"})
}
USUAL = timedelta(seconds=settings.CONTRACT.lease_seconds)


def take(verb, task, caller, at=NOON, **asked):
    said = operations.Asked(**{"percent": 40, "reason": "It rains.", **asked})
    with acting(caller, at) as journal:
        return operations.take_step(
            verb, task_id=task.pk, caller=caller, journal=journal, asked=said
        )


def passed_on(task, first, second):
    """Let one take the task and another take it from there."""
    take(Verb.START, task, first)
    take(Verb.RELEASE, task, first)
    take(Verb.START, task, second)


@pytest.mark.parametrize("verb", FOR_THE_HOLDER)
def test_nobody_else_acts_on_a_held_task(verb):
    status, members = HELD_AT.get(verb, (Status.IN_PROGRESS, {}))
    task = a_task(status, **members)
    before = stored(task)

    with pytest.raises(NotHolder, match="@alice"):
        take(verb, task, BOB)

    assert stored(task) == before


def test_a_beat_that_comes_late_shortens_no_lease():
    task = a_task()
    take(Verb.START, task, ROBO)
    late, last = NOON + timedelta(seconds=10), NOON + timedelta(seconds=20)

    for at in (last, late):
        after = take(Verb.PROGRESS, task, ROBO, at)
        assert after.lease_expires_at == last + USUAL


@pytest.mark.parametrize("verb", FOR_THE_HOLDER)
def test_an_administrator_acts_on_a_held_task(verb):
    status, members = HELD_AT.get(verb, (Status.IN_PROGRESS, {}))

    after = take(verb, a_task(status, holder=BOB, **members), ADMIN)

    assert after.status == (STEPS[verb].target or Status.IN_PROGRESS)


@pytest.mark.parametrize("verb", [Verb.BLOCK, Verb.CANCEL])
def test_anybody_acts_on_a_task_that_nobody_holds(verb):
    after = take(verb, a_task(assigned_to="@alice"), BOB)

    assert after.status == STEPS[verb].target


@pytest.mark.parametrize("verb", FOR_THE_HOLDER)
def test_who_lost_the_task_is_told_that_it_passed_on(verb):
    task = a_task()
    passed_on(task, ALICE, BOB)

    with pytest.raises(StaleFence, match="2"):
        take(verb, task, ALICE)


def test_who_lost_the_task_is_told_so_after_the_other_is_done():
    task = a_task()
    passed_on(task, ALICE, BOB)
    take(Verb.COMPLETE, task, BOB)

    with pytest.raises(StaleFence):
        take(Verb.PROGRESS, task, ALICE)


def test_who_let_go_of_a_task_that_nobody_took_since_is_told_its_status():
    task = a_task()
    take(Verb.START, task, ALICE)
    take(Verb.RELEASE, task, ALICE)

    with pytest.raises(StepNotAllowed, match="must be in_progress"):
        take(Verb.PROGRESS, task, ALICE)


def test_who_takes_a_task_again_holds_it_again():
    task = a_task()
    passed_on(task, ALICE, BOB)
    take(Verb.RELEASE, task, BOB)

    take(Verb.START, task, ALICE)

    assert take(Verb.PROGRESS, task, ALICE, fence=3).progress_percent == 40
    with pytest.raises(StaleFence):
        take(Verb.PROGRESS, task, BOB)
    assert FormerHolder.objects.count() == 2


@pytest.mark.parametrize("verb", [verb for verb in Verb if STEPS[verb].fenced])
@pytest.mark.parametrize("fence", [0, 2, 2**63 - 1])
def test_another_fence_than_the_tasks_changes_nothing(verb, fence):
    task = a_task(Status.IN_PROGRESS)
    before = stored(task)

    with pytest.raises(StaleFence):
        take(verb, task, ALICE, fence=fence)

    assert stored(task) == before


def test_an_agent_holds_for_the_usual_lease_and_people_for_none():
    by_agent, by_person = take(Verb.START, a_task(), ROBO), take(Verb.START, a_task(), ALICE)

    assert by_agent.lease_expires_at == NOON + USUAL
    assert by_person.lease_expires_at is None
    assert take(Verb.START, a_task(), PUSHER).lease_expires_at is None


@pytest.mark.parametrize("caller", [ALICE, ROBO])
def test_whoever_asks_for_a_lease_has_it(caller):
    after = take(Verb.START, a_task(), caller, lease_seconds=60)

    assert after.lease_expires_at == NOON + timedelta(minutes=1)


def test_progress_renews_the_lease_even_after_it_lapsed():
    task = a_task()
    take(Verb.START, task, ROBO, lease_seconds=60)
    later = NOON + timedelta(hours=2)

    after = take(Verb.PROGRESS, task, ROBO, at=later)

    assert after.lease_expires_at == later + timedelta(minutes=1)


def test_an_administrators_word_is_no_sign_of_life_of_the_holder():
    task = a_task()
    take(Verb.START, task, ROBO, lease_seconds=60)

    after = take(Verb.PROGRESS, task, ADMIN, at=NOON + timedelta(seconds=30))

    assert after.lease_expires_at == NOON + timedelta(minutes=1)


@pytest.mark.parametrize(
    "verb", [Verb.COMPLETE, Verb.SUBMIT, Verb.RELEASE, Verb.BLOCK, Verb.CANCEL]
)
def test_the_lease_ends_with_the_work(verb):
    task = a_task()
    take(Verb.START, task, ROBO)

    assert take(verb, task, ROBO).lease_expires_at is None


@pytest.mark.parametrize(("away", "back", "judge"), [
    (Verb.SUBMIT, Verb.REJECT, BOB), (Verb.BLOCK, Verb.UNBLOCK, ROBO),
])  # fmt: skip
def test_the_lease_begins_anew_when_the_work_does(away, back, judge):
    task = a_task()
    take(Verb.START, task, ROBO, lease_seconds=60)
    take(away, task, ROBO)
    later = NOON + timedelta(hours=2)

    after = take(back, task, judge, at=later)

    assert after.lease_expires_at == later + timedelta(minutes=1)
    assert take(Verb.PROGRESS, task, ROBO, fence=1).status == Status.IN_PROGRESS


def test_another_agent_does_not_hold_what_one_agent_holds():
    task = a_task()
    take(Verb.START, task, ROBO)

    with pytest.raises(NotHolder):
        take(Verb.PROGRESS, task, CRAWLER)
