"""Who loses a race decides again, and in the end with the row to themselves."""

import pytest
from django.db.models import F

from audit.actions import Action
from tasks.errors import NoSuchTask
from tasks.models import Task
from tasks.operations.settling import note, settle
from tests.factories import ALICE, a_task, acting, stored

pytestmark = pytest.mark.django_db


class Rival:
    """Decides like anybody, but lets others change the task between reading and writing."""

    def __init__(self, task, times):
        self.task, self.times, self.seen = task, times, []

    def __call__(self, standing):
        self.seen.append(standing.task.version)
        if len(self.seen) <= self.times:
            Task.objects.filter(pk=self.task.pk).update(version=F("version") + 1)
        return {"title": f"Version {standing.task.version}"}


def noting(journal):
    def tell(settled):
        note(journal, Action.TASK_UPDATED, settled.after, {})

    return tell


@pytest.mark.parametrize("times", [0, 1, 2])
def test_the_decision_is_made_about_what_the_winner_left(times):
    task = a_task()
    decide = Rival(task, times)

    with acting(ALICE) as journal:
        settled = settle(task.pk, ALICE, journal, decide, noting(journal))

    assert decide.seen == list(range(1, times + 2))
    assert settled.after.title == stored(task)["title"] == f"Version {times + 1}"
    assert settled.after.version == stored(task)["version"] == times + 2


def test_a_task_that_goes_meanwhile_is_no_task():
    task = a_task()

    def decide(_):
        Task.objects.filter(pk=task.pk).delete()
        return {"title": "Gone"}

    with pytest.raises(NoSuchTask), acting(ALICE) as journal:
        settle(task.pk, ALICE, journal, decide, noting(journal))
