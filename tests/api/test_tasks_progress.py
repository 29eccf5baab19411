"""POST /api/tasks/{id}/progress"""

import pytest

from audit.models import Entry
from tasks.lifecycle import Status
from tests.factories import BOB, ROBO, a_task, make_history_unwritable, stored


def path(task, query=""):
    return f"/api/tasks/{task.pk}/progress{query}"


@pytest.fixture
def task(people):
    return a_task(Status.IN_PROGRESS)


@pytest.mark.parametrize("percent", [0, 1, 99, 100])
def test_progress_is_kept(as_alice, task, percent):
    answer = as_alice.post(path(task), {"percent": percent})

    assert (answer.status_code, answer.json()["progress_percent"]) == (200, percent)
    assert answer.json()["status"] == "in_progress"


def test_the_members_may_stand_in_the_query(as_alice, task):
    answer = as_alice.post(path(task, "?percent=40&note=half&fence=1"))

    assert (answer.status_code, answer.json()["progress_percent"]) == (200, 40)
    assert Entry.objects.get().context == {"percent": 40, "note": "half", "fence": 1}


def test_body_and_query_may_share_or_repeat_the_members(as_alice, task):
    answer = as_alice.post(path(task, "?percent=40&fence=1"), {"percent": 40, "note": "half"})

    assert answer.status_code == 200
    assert Entry.objects.get().context == {"percent": 40, "note": "half", "fence": 1}


def test_body_and_query_may_not_differ(as_alice, task):
    answer = as_alice.post(path(task, "?percent=40&note=a"), {"percent": 41, "note": "b"})

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/note", "/percent"]


BAD = [-1, 101, 1.5, "x", "", None, True, [], {}, 10**30, "\u0661"]


@pytest.mark.parametrize("percent", BAD, ids=repr)
def test_a_percentage_is_nought_to_a_hundred(as_alice, task, percent):
    before = stored(task)

    assert as_alice.post(path(task), {"percent": percent}).status_code == 422
    assert stored(task) == before


@pytest.mark.parametrize("query", ["", "?percent=", "?percent=101", "?percent=1&percent=1", "?x=1"])
def test_a_percentage_is_needed_once(as_alice, task, query):
    assert as_alice.post(path(task, query)).status_code == 422


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.IN_PROGRESS}))
def test_there_is_progress_only_on_what_is_in_progress(as_alice, status):
    answer = as_alice.post(path(a_task(status)), {"percent": 40})

    assert (answer.status_code, answer.json()["error"]) == (400, "Task must be in_progress")


def test_only_the_holder_reports(as_alice, as_robo, as_admin):
    task = a_task(Status.IN_PROGRESS, holder=BOB)

    for client in (as_alice, as_robo):
        answer = client.post(path(task), {"percent": 40})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_holder")
    assert as_admin.post(path(task), {"percent": 40}).status_code == 200


def test_one_whose_task_passed_on_is_told_so(as_alice, as_bob):
    task = a_task()
    as_alice.post(f"/api/tasks/{task.pk}/start")
    as_alice.post(f"/api/tasks/{task.pk}/release")
    as_bob.post(f"/api/tasks/{task.pk}/start")

    answer = as_alice.post(path(task), {"percent": 40})

    assert (answer.status_code, answer.json()["code"]) == (409, "stale_fence")


@pytest.mark.parametrize("fence", [0, 2])
def test_another_fence_is_stale(as_alice, task, fence):
    answer = as_alice.post(path(task), {"percent": 40, "fence": fence})

    assert (answer.status_code, answer.json()["code"]) == (409, "stale_fence")


def test_the_heartbeat_renews_the_lease_and_tells_it(as_robo):
    task = a_task()
    started = as_robo.post(f"/api/tasks/{task.pk}/start", {"lease_seconds": 60}).json()

    renewed = as_robo.post(path(task), {"percent": 40, "fence": started["fence"]}).json()

    assert renewed["lease_expires_at"] > started["lease_expires_at"]
    assert renewed["cancel_requested"] is False


def test_without_its_entry_nothing_changes(as_robo):
    task = a_task(Status.IN_PROGRESS, holder=ROBO)
    before = stored(task)
    make_history_unwritable()

    assert as_robo.post(path(task), {"percent": 40}).status_code == 503
    assert stored(task) == before
