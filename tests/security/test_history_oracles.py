"""What was written through others' eyes tells nothing of what is out of the reader's sight."""

from typing import Any

import pytest

from tasks.lifecycle import Status
from tests.factories import a_project, a_task
from tests.following import an_event

VAULT: dict[str, Any] = {"project_slug": "vault", "title": "Paint the secret fence"}


@pytest.fixture
def vault(people):
    """A project that Alice is not in."""
    return a_project("vault", {"@keeper": "owner"})


@pytest.fixture
def as_keeper(speak_as):
    return speak_as("@keeper")


def history_of(client, task):
    answer = client.get(f"/api/tasks/{task}/audit?count=true")
    assert answer.status_code == 200
    return answer.json(), int(answer["X-Total-Count"])


def test_history_names_no_relative_out_of_sight(as_alice, as_keeper, vault):
    hidden, own = a_task(**VAULT).pk, a_task().pk
    as_keeper.patch(f"/api/tasks/{own}", {"parent_id": hidden, "depends_on": [hidden]})
    as_keeper.patch(f"/api/tasks/{own}", {"parent_id": None, "depends_on": [], "title": "Sand"})

    (told, _), (whole, _) = history_of(as_alice, own), history_of(as_keeper, own)

    assert [entry["changes"] for entry in told] == [{"title": ["Paint the fence", "Sand"]}, {}]
    assert [entry["leaf_hash"] for entry in told] == ["", ""]
    assert whole[1]["changes"] == {"parent_id": [None, hidden], "depends_on": [[], [hidden]]}
    assert whole[1]["leaf_hash"]


def moved_out(as_keeper):
    """A task that was made in the vault, and came out of it changed."""
    made = as_keeper.post("/api/tasks", {"title": "Hide the key", "project_slug": "vault"}).json()
    plain = {"title": "Sand", "priority": "high", "project_slug": "yard"}
    assert as_keeper.patch(f"/api/tasks/{made['id']}", plain).status_code == 200
    return made["id"]


NEW = {"title": [None, "Sand"], "priority": [None, "high"], "project_slug": [None, "yard"]}


def test_history_begins_where_a_task_came_out_of_hiding(as_alice, as_keeper, as_admin, vault):
    task = moved_out(as_keeper)

    told, count = history_of(as_alice, task)
    assert ([entry["changes"] for entry in told], count) == ([NEW], 1)
    for reader in (as_keeper, as_admin):
        whole, count = history_of(reader, task)
        assert (whole[0]["changes"]["title"], count) == (["Hide the key", "Sand"], 2)


def test_nor_is_it_told_once_the_project_is_deleted(as_alice, as_keeper, as_admin, vault):
    task = moved_out(as_keeper)
    assert as_keeper.delete("/api/projects/vault").status_code == 204

    for reader in (as_alice, as_keeper):
        told, count = history_of(reader, task)
        assert ([entry["changes"] for entry in told], count) == ([NEW], 1)
    assert history_of(as_admin, task)[1] == 2


def test_an_event_counts_no_child_out_of_sight(as_alice, as_keeper, vault):
    parent = a_task().pk
    a_task(parent_id=parent)
    a_task(Status.COMPLETED, parent_id=parent, **VAULT)
    an_event(task_id=parent, data={"subtask_count": 2, "subtasks_completed": 1})

    counts = [
        tuple(client.get("/api/events").json()[0]["data"].values())
        for client in (as_alice, as_keeper)
    ]

    assert counts == [(1, 0), (2, 1)]
