"""Who did the work does not judge it, and agents never do."""

import pytest

from audit.models import Entry
from tasks import operations
from tasks.errors import OwnWork, PeopleOnly, StepNotAllowed
from tasks.lifecycle import STEPS, Status, Verb
from tests.factories import ADMIN, ALICE, BOB, CRAWLER, PUSHER, ROBO, a_task, acting, stored

pytestmark = pytest.mark.django_db

JUDGING = [Verb.APPROVE, Verb.REJECT]


def judge(verb, task, caller):
    asked = operations.Asked(reason="The colour is wrong.")
    with acting(caller) as journal:
        return operations.take_step(
            verb, task_id=task.pk, caller=caller, journal=journal, asked=asked
        )


def submit(task, caller):
    with acting(caller) as journal:
        operations.take_step(Verb.SUBMIT, task_id=task.pk, caller=caller, journal=journal)


@pytest.mark.parametrize("verb", JUDGING)
@pytest.mark.parametrize("caller", [BOB, ADMIN], ids=lambda caller: caller.id)
def test_another_person_judges(verb, caller):
    after = judge(verb, a_task(Status.REVIEW), caller)

    assert after.status == STEPS[verb].target


@pytest.mark.parametrize("verb", JUDGING)
@pytest.mark.parametrize("caller", [ALICE, ADMIN], ids=lambda caller: caller.id)
def test_nobody_judges_their_own_work(verb, caller):
    task = a_task(Status.REVIEW, holder=caller)
    before = stored(task)

    with pytest.raises(OwnWork):
        judge(verb, task, caller)

    assert stored(task) == before
    assert not Entry.objects.exists()


@pytest.mark.parametrize("caller", [ALICE, ADMIN], ids=lambda caller: caller.id)
def test_neither_who_did_the_work_nor_who_submitted_it_for_them_judges(caller):
    task = a_task(Status.IN_PROGRESS, holder=ALICE)
    submit(task, ADMIN)

    with pytest.raises(OwnWork):
        judge(Verb.APPROVE, task, caller)


def test_passing_the_task_on_while_it_waits_does_not_make_the_work_anothers():
    task = a_task(Status.IN_PROGRESS, holder=ALICE)
    submit(task, ALICE)
    with acting(ALICE) as journal:
        operations.edit({"assigned_to": "sa:x"}, task_id=task.pk, caller=ALICE, journal=journal)

    with pytest.raises(OwnWork):
        judge(Verb.APPROVE, task, ALICE)


@pytest.mark.parametrize("verb", JUDGING)
@pytest.mark.parametrize("caller", [ROBO, CRAWLER], ids=lambda caller: caller.id)
def test_no_agent_judges_an_agents_work(verb, caller):
    with pytest.raises(OwnWork):
        judge(verb, a_task(Status.REVIEW, holder=ROBO), caller)


@pytest.mark.parametrize("verb", JUDGING)
@pytest.mark.parametrize("caller", [ROBO, PUSHER], ids=lambda caller: caller.id)
@pytest.mark.parametrize("status", Status)
def test_only_people_judge_peoples_work(verb, caller, status):
    with pytest.raises(PeopleOnly):
        judge(verb, a_task(status), caller)


def test_people_judge_an_agents_work():
    assert judge(Verb.APPROVE, a_task(Status.REVIEW, holder=ROBO), ALICE).status == "completed"


def test_there_is_nothing_to_judge_before_it_is_submitted():
    with pytest.raises(StepNotAllowed):
        judge(Verb.APPROVE, a_task(Status.IN_PROGRESS), ALICE)
