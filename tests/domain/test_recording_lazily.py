"""What reads, decides and makes one change takes no transaction where a statement is one."""

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from audit.actions import Action
from audit.errors import AuditUnavailable, NothingRecorded
from audit.models import Entry
from outbox.models import Event
from tasks import operations
from tasks.errors import NoSuchProject, NoSuchTask, StepNotAllowed
from tasks.lifecycle import Status, Verb
from tasks.models import FormerHolder, Project, Task
from tasks.operations.rights import may_come_in
from tasks.operations.settling import note, settle
from tests.broken import cursors_away
from tests.factories import ALICE, BOB, a_project, a_task, acting, stored
from wire.statements import update

pytestmark = pytest.mark.django_db(transaction=True)


def take(verb, task, caller=ALICE, **asked):
    """Take a step as a request does; return what was said to the database."""
    with CaptureQueriesContext(connection) as said, acting(caller, lazily=True) as journal:
        operations.take_step(
            verb, task_id=task.pk, caller=caller, journal=journal, asked=operations.Asked(**asked)
        )
    return [each["sql"] for each in said]


def told():
    """What the audit and the outbox hold, oldest first."""
    return (
        list(Entry.objects.order_by("pk").values_list("action", "target_id")),
        list(Event.objects.order_by("pk").values_list("type", "task_id")),
    )


def edited(task, decide, note_more=lambda _: None):
    """Change the task as decided, noting it; returns what was settled."""
    with acting(ALICE, lazily=True) as journal:

        def tell(settled):
            note(journal, Action.TASK_UPDATED, settled.after, {})
            note_more(journal)

        return settle(task.pk, ALICE, journal, decide, tell)


def create(caller=ALICE, **members):
    """Make a task as a request does; return what was said to the database, and the task."""
    with CaptureQueriesContext(connection) as said, acting(caller, lazily=True) as journal:
        task = operations.create(operations.Draft(**members), caller=caller, journal=journal)
    return [each["sql"] for each in said], task


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("project", [None, "unfounded", "shed"])
def test_a_new_task_is_one_question_and_one_statement(project):
    a_project("shed", {ALICE.id: "member"})

    said, task = create(title="Sand", project_slug=project)

    assert [sql.split(maxsplit=1)[0] for sql in said] == ["SELECT", "WITH"]
    assert stored(task)["project_slug"] == project
    assert told() == ([("task.created", str(task.id))], [("task.created", task.id)])


def test_new_tasks_never_get_an_id_again():
    _, first = create(title="Sand")
    Task.objects.all().delete()

    assert create(title="Paint")[1].id > first.id


def test_no_task_comes_into_a_project_that_is_gone_by_then(monkeypatch):
    a_project("shed", {ALICE.id: "member"})

    def leave_it_to_others(*who):
        may_come_in(*who)
        Project.objects.all().delete()

    monkeypatch.setattr("tasks.operations.creating.may_come_in", leave_it_to_others)
    with pytest.raises(NoSuchProject), acting(ALICE) as journal:
        operations.create(
            operations.Draft(title="Sand", project_slug="shed"), caller=ALICE, journal=journal
        )

    assert (Task.objects.count(), told()) == (0, ([], []))


@pytest.mark.only_on("postgresql")
def test_a_step_is_one_question_and_one_statement():
    task = a_task()

    said = [
        take(Verb.START, task),
        take(Verb.PROGRESS, task, percent=10),
        take(Verb.COMPLETE, task),
    ]

    assert [[sql.split(maxsplit=1)[0] for sql in each] for each in said] == [["SELECT", "WITH"]] * 3


@pytest.mark.only_on("postgresql")
def test_neither_takes_a_cursor():
    task = a_task()

    with cursors_away(), acting(ALICE, lazily=True) as journal:
        operations.take_step(Verb.START, task_id=task.pk, caller=ALICE, journal=journal)

    assert stored(task)["status"] == Status.IN_PROGRESS
    assert told() == ([("task.started", str(task.pk))], [("task.started", task.pk)])


def test_the_change_its_entry_and_its_event_are_stored_together():
    task = a_task()

    take(Verb.START, task)

    assert stored(task)["status"] == Status.IN_PROGRESS
    assert told() == ([("task.started", str(task.pk))], [("task.started", task.pk)])


def test_a_refused_step_leaves_nothing():
    task = a_task()
    before = stored(task)

    with pytest.raises(StepNotAllowed):
        take(Verb.COMPLETE, task)

    assert (stored(task), told()) == (before, ([], []))


def test_an_entry_that_cannot_be_stored_undoes_the_change():
    task = a_task()
    before = stored(task)

    def spoil(journal):
        journal.entries[0].outcome = "invented"

    with pytest.raises(AuditUnavailable):
        edited(task, lambda _: {"title": "Never"}, spoil)

    assert (stored(task), told()) == (before, ([], []))


@pytest.mark.only_on("postgresql")  # SQLite has one writer, who is not overtaken
@pytest.mark.parametrize("times", [1, 2])
def test_who_loses_a_race_notes_only_what_was_changed_in_the_end(times):
    task, seen = a_task(), []

    def decide(standing):
        seen.append(standing.task.version)
        if len(seen) <= times:
            with acting(BOB) as other:
                Task.objects.filter(pk=task.pk).update(version=F("version") + 1)
                other.record(Action.TASK_UPDATED, target=("task", "rival"))
        return {"title": f"Version {standing.task.version}"}

    edited(task, decide)

    assert stored(task)["title"] == f"Version {times + 1}"
    assert told()[0] == [*[("task.updated", "rival")] * times, ("task.updated", str(task.pk))]
    assert told()[1] == [("task.updated", task.pk)]


@pytest.mark.only_on("postgresql")
def test_a_task_that_goes_meanwhile_is_no_task():
    task = a_task()

    def decide(_):
        with acting(BOB) as other:
            Task.objects.filter(pk=task.pk).delete()
            other.record(Action.TASK_DELETED, target=("task", "rival"))
        return {"title": "Gone"}

    with pytest.raises(NoSuchTask):
        edited(task, decide)

    assert told() == ([("task.deleted", "rival")], [])


def test_a_step_that_takes_more_statements_opens_the_transaction():
    task = a_task()
    take(Verb.START, task)
    take(Verb.RELEASE, task)

    take(Verb.START, task, BOB)

    assert FormerHolder.objects.get().principal == ALICE.id
    assert [action for action, _ in told()[0]] == ["task.started", "task.released", "task.started"]


@pytest.mark.only_on("postgresql")  # SQLite begins at once
def test_nothing_is_written_before_the_transaction_is_open():
    task = a_task()

    with pytest.raises(RuntimeError, match="UPDATE"), acting(ALICE, lazily=True):
        Task.objects.filter(pk=task.pk).update(title="Unseen")

    assert stored(task)["title"] == task.title


def test_a_change_that_is_not_noted_is_not_made():
    task = a_task()
    before = stored(task)

    with pytest.raises(NothingRecorded), acting(ALICE, lazily=True) as journal:
        settle(task.pk, ALICE, journal, lambda _: {"title": "Silent"}, lambda _: None)

    assert stored(task) == before


def test_a_change_that_finds_nothing_counts_for_no_entry():
    nobodys = update(Task, {"title": "Nobody's"}, {"id": 4711})

    def note():
        journal.record(Action.TASK_UPDATED, target=("task", 4711))

    with pytest.raises(NothingRecorded), acting(ALICE, lazily=True) as journal:
        assert not journal.carry_out(nobodys, note)

    assert told() == ([], [])


def test_what_is_only_recorded_is_stored():
    with acting(ALICE, lazily=True) as journal:
        journal.record(Action.TASK_UPDATED, target=("task", 1))

    assert told() == ([("task.updated", "1")], [])
