"""What membership lets one do to the tasks of a project."""

from typing import Any

import pytest

from audit.actors import ActorType
from audit.models import Entry
from tasks import operations
from tasks.errors import (
    NoSuchProject,
    NotCreator,
    NotHolder,
    NotProjectOwner,
    ReviewRequired,
    ViewersOnlyLook,
)
from tasks.lifecycle import STEPS, Status, Verb
from tasks.models import Task
from tests.factories import ADMIN, ALICE, BOB, ROBO, a_project, a_task, acting, somebody, stored

pytestmark = pytest.mark.django_db

SAID = operations.Asked(percent=10, reason="It rains.")
VIA_ROBO = somebody("@robo", kind=ActorType.AGENT, on_behalf_of="@alice")


@pytest.fixture(autouse=True)
def shed(db):
    return a_project("shed", {"@alice": "owner", "@bob": "viewer", "@robo": "member"})


def step(verb, task, caller):
    with acting(caller) as journal:
        return operations.take_step(
            verb, task_id=task.pk, caller=caller, journal=journal, asked=SAID
        )


def edit(task, caller, status=None, **edits):
    with acting(caller) as journal:
        return operations.edit(
            edits, task_id=task.pk, caller=caller, journal=journal, status=status
        )


def create(caller, **members):
    with acting(caller) as journal:
        draft = operations.Draft(title="Sand", **members)
        return operations.create(draft, caller=caller, journal=journal)


def comment(task, caller):
    with acting(caller) as journal:
        return operations.comment("Nice.", task_id=task.pk, caller=caller, journal=journal)


def delete(task, caller):
    with acting(caller) as journal:
        operations.delete(task_id=task.pk, caller=caller, journal=journal)


@pytest.mark.parametrize("verb", Verb)
def test_a_viewer_takes_no_step_whatever_the_state_and_even_as_the_holder(verb):
    for status in [*sorted(STEPS[verb].sources), Status.PENDING]:
        task = a_task(status, holder=BOB, project_slug="shed", created_by="@bob")
        before = stored(task)

        with pytest.raises(ViewersOnlyLook):
            step(verb, task, BOB)

        assert stored(task) == before
    assert not Entry.objects.exists()


VIEWERS_TRY: dict[str, Any] = {
    "edit": lambda task: edit(task, BOB, title="Sand"),
    "edit nothing": lambda task: edit(task, BOB, title=task.title),
    "change status": lambda task: edit(task, BOB, status=Status.IN_PROGRESS),
    "keep status": lambda task: edit(task, BOB, status=Status.PENDING),
    "delete": lambda task: delete(task, BOB),
    "comment": lambda task: comment(task, BOB),
    "create": lambda _: create(BOB, project_slug="shed"),
    "create below": lambda task: create(BOB, parent_id=task.pk),
    "create below, elsewhere": lambda task: create(BOB, parent_id=task.pk, project_slug="x"),
    "move in": lambda _: edit(a_task(), BOB, project_slug="shed"),
    "move below": lambda task: edit(a_task(), BOB, parent_id=task.pk),
}


@pytest.mark.parametrize("how", VIEWERS_TRY)
def test_a_viewer_changes_nothing_else(how):
    task = a_task(project_slug="shed", created_by="@bob")
    before = stored(task)

    with pytest.raises(ViewersOnlyLook):
        VIEWERS_TRY[how](task)

    assert stored(task) == before
    assert not Task.objects.filter(title="Sand").exists()


def test_a_viewer_may_let_a_task_of_their_own_wait_for_one_in_the_project():
    needed = a_task(project_slug="shed")

    assert create(BOB, depends_on=(needed.pk,)).depends_on == [needed.pk]


@pytest.mark.parametrize("caller", [ALICE, ADMIN], ids=lambda c: c.id)
def test_an_owner_acts_on_what_others_hold_and_made(caller):
    task = a_task(Status.IN_PROGRESS, holder=ROBO, project_slug="shed", created_by="@bob")

    assert step(Verb.PROGRESS, task, caller).progress_percent == 10
    assert edit(task, caller, cancel_requested=True).cancel_requested
    assert step(Verb.RELEASE, task, caller).status == "pending"
    delete(task, caller)

    assert not Task.objects.filter(pk=task.pk).exists()


def test_a_member_does_not():
    task = a_task(Status.IN_PROGRESS, holder=ALICE, project_slug="shed")

    with pytest.raises(NotHolder):
        step(Verb.PROGRESS, task, ROBO)
    with pytest.raises(NotCreator):
        edit(task, ROBO, cancel_requested=True)


def test_nor_does_an_agent_that_acts_for_an_owner():
    task = a_task(Status.IN_PROGRESS, holder=BOB, project_slug="shed")

    assert edit(task, VIA_ROBO, title="Sand").title == "Sand"
    with pytest.raises(NotHolder):
        step(Verb.PROGRESS, task, VIA_ROBO)


def test_owning_one_project_says_nothing_in_another_or_in_an_open_slug():
    a_project("barn", {"@alice": "member"})

    for slug in ("barn", "garden", None):
        with pytest.raises(NotHolder):
            step(Verb.PROGRESS, a_task(Status.IN_PROGRESS, holder=BOB, project_slug=slug), ALICE)


ENTERING: dict[str, Any] = {
    "create": lambda caller, task: create(caller, project_slug="barn"),
    "move": lambda caller, task: edit(task, caller, project_slug="barn"),
}


@pytest.mark.parametrize("how", ENTERING)
def test_nobody_puts_a_task_into_a_project_they_are_not_in(how):
    a_project("barn", {"@bob": "owner"})
    task = a_task()

    with pytest.raises(NoSuchProject):
        ENTERING[how](ALICE, task)

    assert not Task.objects.filter(project_slug="barn").exists()
    for caller in (BOB, ADMIN):
        assert ENTERING[how](caller, a_task()).project_slug == "barn"


@pytest.mark.parametrize("status", [Status.IN_PROGRESS, Status.REVIEW])
@pytest.mark.parametrize("caller", [ROBO, ALICE, ADMIN], ids=lambda c: c.id)
def test_where_review_is_required_nobody_completes(status, caller):
    a_project("barn", {"@alice": "owner", "@robo": "member"}, requires_review=True)
    task = a_task(status, holder=ROBO, project_slug="barn")

    with pytest.raises(ReviewRequired):
        step(Verb.COMPLETE, task, caller)

    assert Task.objects.get(pk=task.pk).status == status


def test_where_review_is_required_another_person_approves():
    a_project("barn", {"@alice": "member", "@robo": "member"}, requires_review=True)
    task = a_task(Status.IN_PROGRESS, holder=ROBO, project_slug="barn")
    with pytest.raises(ReviewRequired):
        edit(task, ROBO, status=Status.COMPLETED)
    step(Verb.SUBMIT, task, ROBO)

    assert step(Verb.APPROVE, task, ALICE).status == "completed"


@pytest.mark.parametrize("slug", [None, "garden", "shed"])
def test_a_task_is_not_moved_out_of_reach_of_the_review(slug):
    a_project("barn", {"@alice": "owner", "@robo": "member"}, requires_review=True)
    task = a_task(Status.IN_PROGRESS, holder=ROBO, project_slug="barn")

    with pytest.raises(NotProjectOwner):
        edit(task, ROBO, project_slug=slug)

    assert edit(task, ALICE, project_slug=slug).project_slug == slug
