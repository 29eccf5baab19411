"""The history of the board, replayed from nothing, is the board."""

import pytest

from tests.replay import as_told, replayed

PATH = "/api/tasks"


@pytest.fixture
def post(as_alice):
    """Post something that is granted; returns the task."""

    def post(path, **body):
        answer = as_alice.post(PATH + path, body)
        assert answer.status_code in {200, 201}, answer.content
        return answer.json()["id"]

    return post


@pytest.fixture
def busy_board(as_alice, as_admin, post):
    """Tasks that have been through everything there is."""
    first = post("", title="Sand", tags=["wood"], due_date="2026-03-01T12:00:00Z", priority="high")
    child = post(f"/{first}/subtasks", title="Buy paper", description="Coarse.")
    then = post("", title="Paint", depends_on=[child], assigned_to="@bob", project_slug="garden")
    for verb, said in (
        *(("start", {"lease_seconds": 60}), ("progress", {"percent": 40}), ("submit", {})),
        *(("reject", {"reason": "Rough."}), ("block", {"reason": "Rain."}), ("unblock", {})),
        *(("release", {"note": "Late."}), ("cancel", {}), ("reopen", {})),
    ):
        (as_admin if verb == "reject" else as_alice).post(f"{PATH}/{child}/{verb}", said)
    claimed = post("/claim", priority_at_least="low")
    as_alice.patch(f"{PATH}/{claimed}", {"title": "Sand well", "tags": [], "due_date": None})
    as_alice.patch(f"{PATH}/{then}", {"depends_on": [], "parent_id": first, "assigned_to": None})
    as_alice.patch(f"{PATH}/{then}", {"assigned_to": "@robo", "cancel_requested": True})
    as_alice.delete(f"{PATH}/{post('', title='Gone')}")
    post(f"/{child}/start")
    post(f"/{child}/complete")
    as_alice.patch(f"{PATH}/{first}", {"status": "cancelled", "priority": "low"})


def test_its_history_replayed_is_the_board(busy_board, as_admin):
    entries = as_admin.get("/api/audit?limit=100").json()
    tasks = as_admin.get(f"{PATH}?limit=100").json()

    assert len(tasks) == 3
    assert replayed(reversed(entries)) == as_told(tasks)
    assert {entry["action"] for entry in entries} >= {
        "task.claimed", "task.rejected", "task.assigned", "task.deleted", "task.reopened",
    }  # fmt: skip
