"""POST /api/tasks"""

import pytest

from audit.models import Entry
from tasks.models import Task
from tests.factories import a_task, make_history_unwritable

PATH = "/api/tasks"


def pointers(answer):
    return {error["pointer"] for error in answer.json()["errors"]}


def test_a_task_is_made_and_where_it_is_told(as_alice):
    answer = as_alice.post(PATH, {"title": "Paint the fence"})

    assert answer.status_code == 201
    assert answer["Location"] == f"/api/tasks/{answer.json()['id']}"
    assert as_alice.get(answer["Location"]).json() == answer.json()


def test_the_whole_form_of_a_new_task(as_alice):
    body = as_alice.post(PATH, {"title": "Paint the fence"}).json()

    task = Task.objects.get()
    at = task.created_at.isoformat().replace("+00:00", "Z")
    assert body == {
        "id": task.pk, "title": "Paint the fence", "description": "", "status": "pending",
        "priority": "medium", "progress_percent": 0, "assigned_to": None, "project_slug": None,
        "parent_id": None, "due_date": None, "tags": [], "depends_on": [], "blocked_reason": None,
        "created_by": "@alice", "created_at": at, "updated_at": at, "started_at": None,
        "completed_at": None, "version": 1, "fence": 0, "lease_expires_at": None,
        "cancel_requested": False, "subtask_count": 0, "subtasks_completed": 0,
    }  # fmt: skip


def test_every_member_a_client_may_write_is_kept(as_alice):
    first = a_task()
    given = {
        "title": "Paint the fence", "description": " With oil. ", "priority": "critical",
        "assigned_to": "@bob", "project_slug": "garden", "parent_id": first.pk,
        "due_date": "2026-03-01T13:00:00+01:00", "tags": ["wood", "oil"], "depends_on": [first.pk],
    }  # fmt: skip

    answer = as_alice.post(PATH, {**given, "status": "pending"})

    kept = {name: answer.json()[name] for name in given}
    assert kept == {**given, "due_date": "2026-03-01T12:00:00Z"}


def test_generated_clients_may_spell_nothing_their_way(as_alice):
    given = {"parent_id": 0, "assigned_to": "", "description": None, "tags": None,
             "depends_on": None, "project_slug": None, "due_date": None}  # fmt: skip

    answer = as_alice.post(PATH, {"title": "Paint the fence", **given})

    assert answer.status_code == 201
    assert (answer.json()["parent_id"], answer.json()["assigned_to"]) == (None, None)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-03-01T12:00:00", "2026-03-01T12:00:00Z"),
        ("2026-03-01", "2026-03-01T00:00:00Z"),
        ("2026-03-01T12:00:00.123456-05:30", "2026-03-01T17:30:00.123456Z"),
    ],
)
def test_times_are_told_in_utc(as_alice, given, kept):
    answer = as_alice.post(PATH, {"title": "Paint the fence", "due_date": given})

    assert answer.json()["due_date"] == kept


def test_what_is_said_twice_counts_once(as_alice):
    first = a_task()
    twice = {"tags": ["b", "a", "b"], "depends_on": [first.pk, first.pk]}

    answer = as_alice.post(PATH, {"title": "Paint the fence", **twice})

    assert (answer.json()["tags"], answer.json()["depends_on"]) == (["b", "a"], [first.pk])


@pytest.mark.parametrize(
    "member",
    [
        {"status": "in_progress"}, {"progress_percent": 0}, {"id": 7}, {"version": 1}, {"fence": 1},
        {"created_by": "@bob"}, {"created_at": "2026-03-01T12:00:00Z"}, {"completed_at": None},
        {"blocked_reason": "rain"}, {"cancel_requested": True}, {"subtask_count": 0},
        {"held_by": "@bob"}, {"surprise": 1}, {"title": None}, {"priority": None},
        {"project_slug": "no spaces"}, {"project_slug": "-x"}, {"project_slug": "x" * 64},
        {"tags": ["x" * 51]}, {"tags": [str(n) for n in range(21)]}, {"tags": [""]},
        {"description": "x" * 20_001}, {"parent_id": -1}, {"assigned_to": "x" * 256},
    ],
    ids=str,
)  # fmt: skip
def test_a_member_that_does_not_fit_is_pointed_at(as_alice, member):
    answer = as_alice.post(PATH, {"title": "Paint the fence", **member})

    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert {pointer.split("/")[1] for pointer in pointers(answer)} == set(member)
    assert not Task.objects.exists()


def test_all_that_is_wrong_is_told_at_once(as_alice):
    answer = as_alice.post(PATH, {"priority": "urgent", "surprise": 1, "tags": 7})

    assert pointers(answer) == {"/title", "/priority", "/surprise", "/tags"}


@pytest.mark.parametrize("assignee", ["@mallory", "bob"])
def test_a_task_for_nobody_known_is_refused_by_name(as_alice, assignee):
    answer = as_alice.post(PATH, {"title": "Paint the fence", "assigned_to": assignee})

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_principal")
    assert pointers(answer) == {"/assigned_to"}


@pytest.mark.parametrize("member", [{"parent_id": 4711}, {"depends_on": [4711]}], ids=str)
def test_a_relation_to_no_task_is_refused(as_alice, member):
    answer = as_alice.post(PATH, {"title": "Paint the fence", **member})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "unknown_task"


def test_one_entry_tells_of_it(as_robo):
    answer = as_robo.post(PATH, {"title": "Paint the fence"})

    entry = Entry.objects.get()
    assert (entry.action, entry.actor_id, entry.actor_type) == ("task.created", "@robo", "agent")
    assert entry.request_id == answer["X-Request-ID"]


def test_without_its_entry_there_is_no_task(as_alice):
    make_history_unwritable()

    answer = as_alice.post(PATH, {"title": "Paint the fence"})

    assert (answer.status_code, answer.json()["code"]) == (503, "audit_unavailable")
    assert not Task.objects.exists()


@pytest.mark.parametrize("handle", ["@carol", "@dana"])
def test_it_takes_the_scope_to_write(speak_as, handle):
    answer = speak_as(handle).post(PATH, {"title": "Paint the fence"})

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
