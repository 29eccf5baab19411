"""POST /api/tasks/claim"""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from tasks.lifecycle import Status
from tasks.models import Dependency, Task
from tests.factories import BOB, NOON, ROBO, a_project, a_task, make_history_unwritable, stored
from wire.clock import now
from wire.fields import Instant

PATH = "/api/tasks/claim"
LEASE = timedelta(seconds=settings.CONTRACT.lease_seconds)


def a_lapsed_task(**members):
    """Store a task whose holder has not been heard of in time."""
    lease = {"lease_seconds": 60, "lease_expires_at": NOON}
    return a_task(Status.IN_PROGRESS, holder=ROBO, **{**lease, **members})


def instant(text):
    return Instant().to_internal_value(text)


def claimed(client, **body):
    """Return the id of the task that a claim gives, None for none."""
    answer = client.post(PATH, body)
    assert answer.status_code in {200, 204}, answer.content
    return answer.json()["id"] if answer.status_code == 200 else None


def test_the_answer_is_the_whole_task_in_the_callers_hands(as_robo):
    task = a_task(project_slug="garden")

    answer = as_robo.post(PATH)

    body = answer.json()
    assert (answer.status_code, body["id"], body["status"], body["assigned_to"], body["fence"]) == (
        200, task.pk, "in_progress", "@robo", 1,
    )  # fmt: skip
    assert body["started_at"] == body["updated_at"]
    shown = as_robo.get(f"/api/tasks/{task.pk}")
    assert (shown.json(), shown["ETag"]) == (body, answer["ETag"])


def test_nothing_ready_is_told_with_when_to_ask_again(as_robo):
    answer = as_robo.post(PATH)

    assert (answer.status_code, answer.content) == (204, b"")
    assert int(answer["Retry-After"]) > 0
    assert not Entry.objects.exists()


def test_agents_have_the_usual_lease_and_people_the_one_they_ask_for(as_robo, as_alice):
    for _ in range(4):
        a_task()

    usual, none = as_robo.post(PATH).json(), as_alice.post(PATH).json()
    short = [client.post(PATH, {"lease_seconds": 60}).json() for client in (as_robo, as_alice)]

    assert instant(usual["lease_expires_at"]) - instant(usual["started_at"]) == LEASE
    assert none["lease_expires_at"] is None
    for body in short:
        lease = instant(body["lease_expires_at"]) - instant(body["started_at"])
        assert lease == timedelta(minutes=1)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.PENDING}))
def test_only_what_is_pending_is_ready(as_bob, status):
    a_task(status)

    assert claimed(as_bob) is None


def test_what_waits_for_another_task_is_ready_once_that_is_completed(as_alice):
    first, then = a_task(), a_task(priority=3)
    Dependency.objects.create(task=then, depends_on=first)

    assert claimed(as_alice) == first.pk
    assert claimed(as_alice) is None
    as_alice.post(f"/api/tasks/{first.pk}/complete")
    assert claimed(as_alice) == then.pk


def test_a_task_assigned_beforehand_is_ready_for_its_assignee_alone(as_alice, as_bob):
    task = a_task(assigned_to="@bob")

    assert claimed(as_alice) is None
    assert claimed(as_bob) == task.pk


def test_priority_counts_first_then_the_due_date_then_age(as_robo):
    soon, later = NOON, NOON + timedelta(days=1)
    rows = [(1, None), (1, later), (3, None), (1, None), (1, soon), (0, soon), (3, later)]
    made = [a_task(priority=rank, due_date=due).pk for rank, due in rows]

    order = [claimed(as_robo) for _ in rows]

    assert order == [made[place] for place in (6, 2, 4, 1, 0, 3, 5)]


@pytest.mark.parametrize(("body", "fitting"), [
    ({"project": "garden"}, {"in_garden", "both"}),
    ({"tags": ["wood"]}, {"wooden", "both"}),
    ({"tags": ["wood", "oil", "wood"]}, {"both"}),
    ({"priority_at_least": "high"}, {"urgent", "both"}),
    ({"project": "garden", "tags": ["wood"], "priority_at_least": "low"}, {"both"}),
    ({"project": None, "tags": None, "priority_at_least": None, "lease_seconds": None},
     {"plain", "in_garden", "wooden", "urgent", "both"}),
    ({"project": "nowhere"}, set()),
])  # fmt: skip
def test_a_claim_is_narrowed(as_robo, body, fitting):
    made = {
        "plain": a_task(),
        "in_garden": a_task(project_slug="garden"),
        "wooden": a_task(tags=["wood"]),
        "urgent": a_task(priority=3),
        "both": a_task(project_slug="garden", tags=["oil", "wood"], priority=2),
    }

    found = set(iter(lambda: claimed(as_robo, **body), None))

    assert found == {made[name].pk for name in fitting}


@pytest.mark.parametrize("make", [a_task, a_lapsed_task])
def test_a_project_gives_its_tasks_to_those_alone_who_may_write_there(speak_as, make):
    a_project("garden", {"@bob": "viewer", "@crawler": "member"})
    task = make(project_slug="garden")

    for outside in ("@alice", "@bob"):
        assert claimed(speak_as(outside)) is None
        assert speak_as(outside).get("/api/tasks/next").status_code == 204
        assert speak_as(outside).get("/api/tasks?ready=true").json() == []
    assert claimed(speak_as("@crawler"), project="garden") == task.pk


@pytest.mark.parametrize("body", [
    {"project": "no slug"}, {"project": 7}, {"tags": "wood"}, {"tags": [1]}, {"tags": [""]},
    {"tags": ["a\0"]}, {"tags": [str(n) for n in range(21)]}, {"priority_at_least": "urgent"},
    {"priority_at_least": 2}, {"lease_seconds": 0}, {"lease_seconds": 86_401},
    {"lease_seconds": True}, {"task_id": 1}, {"tag": ["wood"]},
])  # fmt: skip
def test_a_body_that_asks_for_something_else_takes_nothing(as_robo, body):
    a_task(project_slug="garden", tags=["wood"])

    answer = as_robo.post(PATH, body)

    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert Task.objects.get().status == Status.PENDING


def test_one_entry_tells_of_it(as_robo):
    a_task(project_slug="garden")

    answer = as_robo.post(PATH, {"lease_seconds": 60})

    entry = Entry.objects.get()
    assert (entry.action, entry.project_slug, entry.request_id, entry.context) == (
        "task.claimed", "garden", answer["X-Request-ID"], {"lease_seconds": 60},
    )  # fmt: skip
    assert entry.changes["status"] == ["pending", "in_progress"]
    assert entry.changes["assigned_to"] == [None, "@robo"]


def test_without_its_entry_nothing_is_claimed(as_robo):
    tasks = [a_task(), a_lapsed_task(priority=3)]
    before = [stored(task) for task in tasks]
    make_history_unwritable()

    answer = as_robo.post(PATH)

    assert (answer.status_code, answer.json()["code"]) == (503, "audit_unavailable")
    assert [stored(task) for task in tasks] == before


def test_the_first_answer_is_given_again_for_the_same_key(as_robo):
    a_task()
    a_task()

    first, second = (as_robo.post(PATH, headers={"Idempotency-Key": "k"}) for _ in range(2))

    assert second.json() == first.json()
    assert Task.objects.filter(status=Status.PENDING).count() == 1


@pytest.mark.parametrize("others", [0, 40])
@pytest.mark.parametrize(("make", "passes_on"), [(a_task, False), (a_lapsed_task, True)])
def test_a_claim_is_as_many_statements_however_many_tasks_there_are(
    as_alice, make, passes_on, others
):
    for number in range(others + 1):
        make(priority=number % 4)
    as_alice.get("/api/tasks/4711")

    with CaptureQueriesContext(connection) as statements:
        as_alice.post(PATH)

    said = [s["sql"].split()[0] for s in statements if "SAVEPOINT" not in s["sql"]]
    written = ["UPDATE", "INSERT", "INSERT"]
    if passes_on:
        written += ["SELECT", "INSERT"]  # whose hold it was
    elif connection.vendor == "postgresql":
        written = ["WITH"]
    assert sorted(said) == sorted(["SELECT", *written])


def test_it_takes_the_scope_to_write(speak_as):
    a_task()

    assert speak_as("@dana").post(PATH).status_code == 403
    assert speak_as("@carol").post(PATH).status_code == 403


def test_a_lapsed_task_is_claimed_in_its_turn(as_alice):
    made = [a_task(priority=1).pk, a_lapsed_task(priority=2).pk, a_task(priority=3).pk]

    assert [claimed(as_alice) for _ in made] == made[::-1]
    assert claimed(as_alice) is None


def test_a_task_with_a_living_lease_or_none_is_not_ready(as_alice):
    a_lapsed_task(lease_expires_at=now() + timedelta(minutes=1))
    a_task(Status.IN_PROGRESS, holder=BOB)

    assert claimed(as_alice) is None


def test_the_claim_of_a_lapsed_task_raises_its_fence_and_keeps_its_progress(as_alice):
    task = a_lapsed_task(progress_percent=70, fence=4)

    body = as_alice.post(PATH).json()

    assert (body["id"], body["fence"], body["progress_percent"]) == (task.pk, 5, 70)
    entry = Entry.objects.get()
    assert entry.changes["assigned_to"] == ["@robo", "@alice"]
    assert "status" not in entry.changes
