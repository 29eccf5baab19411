"""Random lives against the table: whatever comes in whatever order, only legal steps happen."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Entry
from tasks import operations
from tasks.errors import StepNotAllowed
from tasks.lifecycle import STEPS, By, Status, Verb
from tests.factories import ADMIN, BOB, a_task, acting

pytestmark = pytest.mark.django_db

ASKED = operations.Asked(percent=40, reason="It rains.")


class Model:
    """What the table says a life should be."""

    def __init__(self):
        self.status: Status | None = Status.PENDING
        self.before_block: Status | None = None
        self.taken: list[str] = []

    def take(self, verb):
        """Follow the step where there is one; tell whether there was."""
        step = STEPS[verb]
        if self.status not in step.sources:
            return False
        before = self.status
        self.status = step.target or self.before_block
        self.before_block = before if verb is Verb.BLOCK else None
        self.taken.append(step.action)
        return True


def take(verb, task):
    caller = BOB if STEPS[verb].by is By.REVIEWER else ADMIN
    with acting(caller) as journal:
        return operations.take_step(
            verb, task_id=task.pk, caller=caller, journal=journal, asked=ASKED
        )


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(verbs=st.lists(st.sampled_from(Verb), min_size=5, max_size=25))
def test_a_life_follows_the_table(db, verbs):
    task, model = a_task(), Model()

    for verb in verbs:
        if model.take(verb):
            assert take(verb, task).status == model.status
        else:
            with pytest.raises(StepNotAllowed):
                take(verb, task)

    task.refresh_from_db()
    assert (task.status, task.version) == (model.status, 1 + len(model.taken))
    told = Entry.objects.filter(task_id=task.pk).order_by("id").values_list("action", flat=True)
    assert list(told) == model.taken
