"""Nothing tells of tasks out of sight: no id in a body or a query, no filter, order, search, count,
cursor or tag."""

from datetime import timedelta
from typing import Any

import pytest

from tasks.filters import ORDERS
from tasks.lifecycle import Status
from tasks.models import Dependency
from tests.factories import ALICE, BOB, NOON, a_project, a_task

VAULT: dict[str, Any] = {"project_slug": "vault", "title": "Paint the secret fence"}
MISSING = 4711
SAME = {"HTTP_X_REQUEST_ID": "the-same-id"}


def heard(answer):
    """All of an answer that could tell: status, body, and headers but for limits."""
    headers = {name: value for name, value in answer.items() if not name.startswith("RateLimit")}
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, body, headers


@pytest.fixture
def vault(people):
    """A project that Alice and Bob are not in."""
    return a_project("vault", {"@keeper": "owner", "@crawler": "member"})


BELOW = "/api/tasks/{own}/subtasks"
BODIES = {
    "parent of a new task": ("post", "/api/tasks", lambda n: {"title": "x", "parent_id": n}),
    "need of a new task": ("post", "/api/tasks", lambda n: {"title": "x", "depends_on": [n]}),
    "parent of a task": ("patch", "/api/tasks/{own}", lambda n: {"parent_id": n}),
    "need of a task": ("patch", "/api/tasks/{own}", lambda n: {"depends_on": [n]}),
    "both": ("patch", "/api/tasks/{own}", lambda n: {"depends_on": [n], "parent_id": n}),
    "below another": ("post", BELOW, lambda n: {"title": "x", "parent_id": n}),
    "a need below": ("post", BELOW, lambda n: {"title": "x", "depends_on": [n]}),
}  # fmt: skip


@pytest.mark.parametrize("place", BODIES)
def test_an_id_in_a_body_is_as_good_as_none(as_alice, vault, place):
    foreign, own = a_task(**VAULT).pk, a_task().pk
    method, path, body = BODIES[place]

    answers = [
        getattr(as_alice, method)(path.format(own=own), body(number), **SAME)
        for number in (foreign, MISSING)
    ]

    assert answers[0].status_code == 422
    assert heard(answers[0]) == heard(answers[1])


QUERIES = [
    "/api/tasks?parent_id={id}&count=true", "/api/tasks?project={slug}&count=true",
    "/api/tasks/next?project={slug}", "/api/tasks/export?format=csv&project={slug}",
    "/api/audit?task_id={id}", "/api/audit?project={slug}", "/api/audit?target=task:{id}",
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_an_id_in_a_query_is_as_good_as_none(as_alice, vault, query):
    foreign = a_task(**VAULT)
    a_task(**VAULT, parent=foreign)

    answers = [
        as_alice.get(query.format(id=number, slug=slug), **SAME)
        for number, slug in ((foreign.pk, "vault"), (MISSING, "where"))
    ]

    assert answers[0].status_code in {200, 204}
    assert heard(answers[0]) == heard(answers[1])


def test_a_claim_in_a_project_out_of_sight_finds_nothing(as_robo, vault):
    a_task(**VAULT)

    foreign, missing = (
        as_robo.post("/api/tasks/claim", {"project": slug}, **SAME) for slug in ("vault", "where")
    )

    assert heard(foreign) == heard(missing)
    assert foreign.status_code == 204


ASKED = [
    *(f"/api/tasks?ordering={order}&limit=2&count=true" for order in ORDERS),
    *(
        f"/api/tasks?count=true&limit=1&{narrowed}"
        for narrowed in (
            "", "status=pending", "status=in_progress&status=review", "priority=high", "tag=wood",
            "assigned_to=me", "assigned_to=@bob", "assigned_to=", "created_by=me", "q=fence",
            "created_by=@bob", "parent_id=0", "parent_id=1001", "overdue=true", "overdue=false",
            "ready=true", "ready=false", "due_before=2999-01-01T00:00:00Z", "offset=1",
            "due_after=2000-01-01T00:00:00Z",
        )
    ),
    "/api/tasks/1001", "/api/tasks/1001/subtasks?count=true", "/api/tasks/1001/comments",
    "/api/tasks/1001/audit?count=true",
    "/api/tasks/next", "/api/tasks/export?format=jsonl", "/api/projects?count=true", "/api/events",
]  # fmt: skip


def fill(number, **members):
    """Tasks that fit every filter asked for, from that id on."""
    parent = a_task(pk=number, tags=["wood"], due_date=NOON, priority=2, **members)
    a_task(pk=number + 1, parent_id=1001, assigned_to="@alice", **members)
    a_task(Status.IN_PROGRESS, pk=number + 2, holder=BOB, created_at=NOON + timedelta(1), **members)
    a_task(Status.REVIEW, pk=number + 3, holder=ALICE, created_by="@bob", **members)
    a_task(Status.COMPLETED, pk=number + 4, parent_id=1001, due_date=NOON, **members)
    Dependency.objects.create(task=parent, depends_on_id=1003)


@pytest.mark.parametrize("before", [True, False])
def test_no_answer_differs_for_what_is_out_of_sight(as_alice, as_robo, vault, before):
    clients = (as_alice, as_robo)
    fill(1001)

    alone = [heard(client.get(path, **SAME)) for path in ASKED for client in clients]
    fill(11 if before else 2001, **VAULT)
    beside = [heard(client.get(path, **SAME)) for path in ASKED for client in clients]

    for path, one, other in zip([p for p in ASKED for _ in clients], alone, beside, strict=True):
        assert one[0] in {200, 204}, path
        assert one == other, path
