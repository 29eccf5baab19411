"""GET /api/audit and /api/tasks/{id}/audit."""

import pytest

from audit.models import Entry


@pytest.fixture
def task(as_alice):
    return as_alice.post("/api/tasks", {"title": "Mend the fence", "project_slug": "garden"}).data


def actions(answer):
    return [entry["action"] for entry in answer.data]


def test_a_task_tells_its_history_newest_first(as_alice, as_robo, task):
    as_robo.post(f"/api/tasks/{task['id']}/start")

    answer = as_alice.get(f"/api/tasks/{task['id']}/audit")

    assert actions(answer) == ["task.started", "task.created"]
    assert [e["actor_type"] for e in answer.data] == ["agent", "human"]
    assert answer.data[0]["changes"]["status"] == ["pending", "in_progress"]


def test_a_missing_task_has_no_history(as_alice):
    assert as_alice.get("/api/tasks/4711/audit").status_code == 404


def test_people_see_their_own_trail(as_alice, as_bob, task):
    as_bob.post(f"/api/tasks/{task['id']}/start")

    answer = as_alice.get("/api/audit")

    assert actions(answer) == ["task.created"]


def test_who_may_read_the_audit_sees_everybody_and_is_recorded(as_dana, as_bob, task):
    as_bob.post(f"/api/tasks/{task['id']}/start")

    answer = as_dana.get("/api/audit")

    assert actions(answer) == ["task.started", "task.created"]
    assert Entry.objects.get(action="audit.read").actor_id == "@dana"


def test_operators_see_what_happened_to_operations(as_carol, as_admin, task):
    path = "/api/admin/migrations/lowercase_project_slugs/token"
    as_admin.post(path, {})

    assert actions(as_carol.get("/api/audit")) == ["op.token_minted"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("task_id={id}", 2),
        ("project=garden", 2),
        ("project=nowhere", 0),
        ("actor_id=@alice", 1),
        ("actor_type=agent", 1),
        ("action=task.started", 1),
        ("outcome=denied", 0),
        ("target=task:{id}", 2),
        ("since=2000-01-01T00:00:00Z", 2),
        ("until=2000-01-01T00:00:00Z", 0),
        ("limit=1", 1),
    ],
)
def test_the_audit_is_filtered(as_dana, as_robo, task, query, found):
    as_robo.post(f"/api/tasks/{task['id']}/start")

    answer = as_dana.get(f"/api/audit?{query.format(id=task['id'])}")

    assert len(answer.data) == found


def test_pages_follow_each_other_without_gap_or_overlap(as_dana, as_alice):
    for number in range(5):
        as_alice.post("/api/tasks", {"title": f"Task {number}"})
    everything = [e["id"] for e in as_dana.get("/api/audit?action=task.created").data]

    url, seen, pages = "/api/audit?action=task.created&limit=2", [], 0
    while url:
        answer = as_dana.get(url)
        seen += [entry["id"] for entry in answer.data]
        pages += 1
        links = dict(
            reversed(part.split("; rel=")) for part in answer.get("Link", "").split(", ") if part
        )
        url = links.get('"next"', "").strip("<>").removeprefix("http://testserver")

    assert seen == everything
    assert pages == 3


def test_an_entry_is_sealed_by_its_content(as_alice, task):
    entry = Entry.objects.get(action="task.created")
    stored = entry.leaf_hash

    entry.seal_content()

    assert entry.leaf_hash == stored
