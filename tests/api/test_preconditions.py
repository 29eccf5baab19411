"""ETag, If-None-Match, If-Match: nobody changes what they have not seen (SPEC W7)."""

import re

import pytest

from audit.models import Entry
from idempotency.models import Reply
from tasks.lifecycle import STEPS, Status, Verb
from tasks.models import Task
from tests.factories import BOB, a_task, stored
from tests.keyed import is_replayed, send

STRONG = re.compile(r'"[\x21\x23-\x7e]+"')
STALE = '"0123456789abcdef"'
SAID = {
    Verb.PROGRESS: {"percent": 7},
    Verb.REJECT: {"reason": "No."},
    Verb.BLOCK: {"reason": "No."},
}
CHANGES = [
    ("PATCH", "", {"title": "Sand"}, Status.PENDING),
    ("PATCH", "", {"status": "in_progress", "tags": ["wood"]}, Status.PENDING),
    ("DELETE", "", {}, Status.PENDING),
    *(
        ("POST", f"/{verb}", SAID.get(verb, {}), min(step.sources))
        for verb, step in STEPS.items()
    ),
]  # fmt: skip
MALFORMED = [
    "", "abc", '"a', 'a"', "'a'", '"a" "b"', '"a""b"', '*, "a"', '"a", *', 'w/"a"', "W/a", "**",
    '"a\x7f"', ", ," * 4_000, '"a"' + ", " * 8_000 + "x", '"' * 8_001,
]  # fmt: skip


@pytest.fixture
def judge(speak_as):
    """Somebody who may take any step with the task of `standing`."""
    return speak_as("@admin")


def standing(status):
    """A task in a place of its life, with work that the administrator may judge."""
    return a_task(status, holder=BOB)


def tag_of(client, task):
    return client.get(f"/api/tasks/{task.pk}")["ETag"]


def change(client, task, how, tag, **named):
    method, ending, body, _ = how
    where = f"/api/tasks/{task.pk}{ending}"
    return client.generic(
        method, where, _json(body), "application/json", HTTP_IF_MATCH=tag, **named
    )


def _json(body):
    return str(body).replace("'", '"').encode()


def name(how):
    return f"{how[0]}{how[1]}-{len(how[2])}" if isinstance(how, tuple) else None


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_task_has_a_strong_tag_that_stays_while_nothing_changes(as_alice, as_bob, method):
    where = f"/api/tasks/{a_task().pk}"

    tags = {getattr(client, method)(where)["ETag"] for client in (as_alice, as_bob, as_alice)}

    assert len(tags) == 1
    assert STRONG.fullmatch(tags.pop())


def test_other_single_objects_have_one_too_and_lists_have_none(as_alice, as_carol):
    a_task()

    assert "ETag" in as_alice.get("/api/me")
    assert "ETag" in as_carol.get("/api/admin/migrations/lowercase_project_slugs")
    assert "ETag" not in as_alice.get("/api/tasks")
    assert "ETag" not in as_alice.get("/api/tasks/4711")


@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', '"x",W/{} , "y"', "*"])
def test_what_the_client_has_is_not_sent_again(as_alice, form):
    task = a_task()
    tag = tag_of(as_alice, task)

    answer = as_alice.get(f"/api/tasks/{task.pk}", HTTP_IF_NONE_MATCH=form.format(tag))

    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)
    assert "Content-Type" not in answer
    assert (answer["Cache-Control"], "Authorization" in answer["Vary"]) == ("no-store", True)


@pytest.mark.parametrize("given", [STALE, f"W/{STALE}", "", "nonsense", '"'])
def test_what_the_client_does_not_have_is_sent(as_alice, given):
    answer = as_alice.get(f"/api/tasks/{a_task().pk}", HTTP_IF_NONE_MATCH=given)

    assert (answer.status_code, answer.json()["title"]) == (200, "Paint the fence")


def life(client):
    """Tell a family of tasks through much of what can happen, yielding after each event."""
    parent, child, other = (client.post("/api/tasks", {"title": t}).json()["id"] for t in "abc")
    for number, method, ending, body in [
        (child, "patch", "", {"parent_id": parent}),
        (child, "patch", "", {"depends_on": [other]}),
        (other, "post", "/start", {}),
        (other, "post", "/complete", {}),
        (child, "post", "/start", {}),
        (child, "post", "/progress", {"percent": 50}),
        (child, "post", "/block", {"reason": "It rains."}),
        (child, "post", "/unblock", {}),
        (child, "post", "/complete", {}),
        (parent, "post", "/subtasks", {"title": "d"}),
        (child, "patch", "", {"parent_id": 0}),
        (child, "post", "/reopen", {}),
        (child, "patch", "", {"depends_on": []}),
        (other, "delete", "", None),
    ]:
        answer = getattr(client, method)(f"/api/tasks/{number}{ending}", body)
        assert answer.status_code < 300, answer.content
        yield number, answer


def test_the_tag_changes_exactly_when_what_is_shown_changes(as_alice):
    shown: dict[str, set[bytes]] = {}
    for _ in life(as_alice):
        for number in Task.objects.values_list("pk", flat=True):
            answer = as_alice.get(f"/api/tasks/{number}")
            shown.setdefault(answer["ETag"], set()).add(answer.content)

    assert all(len(contents) == 1 for contents in shown.values())
    assert len(set().union(*shown.values())) == len(shown) > 15


def test_a_change_is_answered_with_the_tag_that_reading_would_give(as_alice):
    for number, answer in life(as_alice):
        if answer.status_code == 200:
            assert answer["ETag"] == as_alice.get(f"/api/tasks/{number}")["ETag"]

    assert as_alice.get(as_alice.post("/api/tasks", {"title": "e"})["Location"])["ETag"]


@pytest.mark.parametrize("how", CHANGES, ids=name)
def test_a_change_of_what_was_seen_is_made(judge, how):
    task = standing(how[3])

    answer = change(judge, task, how, f'"x", {tag_of(judge, task)}')

    assert answer.status_code in {200, 204}
    assert Entry.objects.exists()


@pytest.mark.parametrize("how", CHANGES, ids=name)
@pytest.mark.parametrize("weak", ["", "W/"])
def test_a_change_of_something_else_is_not_made(judge, how, weak):
    task = standing(how[3])
    before = stored(task)
    tag = f"{weak}{tag_of(judge, task)}" if weak else STALE

    answer = change(judge, task, how, tag)

    assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")
    assert stored(task) == before
    assert not Entry.objects.exists()


@pytest.mark.parametrize("how", CHANGES, ids=name)
def test_an_asterisk_takes_the_task_as_it_is(judge, how):
    assert change(judge, standing(how[3]), how, " * ").status_code in {200, 204}


@pytest.mark.parametrize("given", MALFORMED, ids=lambda given: repr(given)[:20])
def test_an_if_match_that_is_none_is_refused(as_alice, given):
    task = a_task()

    answer = change(as_alice, task, CHANGES[0], given)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert not Entry.objects.exists()


def test_a_task_that_is_not_there_is_missing_whatever_was_expected(as_alice):
    for tag in (STALE, "*"):
        answer = as_alice.patch("/api/tasks/4711", {"title": "Sand"}, HTTP_IF_MATCH=tag)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_task")


def test_asking_for_what_is_so_already_still_takes_the_right_tag(as_alice):
    same = ("PATCH", "", {"title": "Paint the fence"}, Status.PENDING)
    task = a_task()

    assert change(as_alice, task, same, STALE).status_code == 412
    assert change(as_alice, task, same, tag_of(as_alice, task)).status_code == 200


def test_a_parent_is_another_once_a_child_is_done(as_alice):
    parent = a_task()
    child = a_task(Status.IN_PROGRESS, parent=parent)
    seen = tag_of(as_alice, parent)
    as_alice.post(f"/api/tasks/{child.pk}/complete")

    assert change(as_alice, parent, CHANGES[0], seen).status_code == 412


def test_a_list_has_no_tag_to_match(as_alice):
    answers = [
        as_alice.post("/api/tasks", {"title": "Sand"}, HTTP_IF_MATCH=tag) for tag in (STALE, "*")
    ]

    assert [answer.status_code for answer in answers] == [412, 201]
    assert Task.objects.count() == 1


def test_a_reply_is_repeated_though_its_own_change_made_the_tag_stale(as_alice):
    task = a_task()
    seen = tag_of(as_alice, task)

    first, second = (
        send(as_alice, "PATCH", f"/api/tasks/{task.pk}", {"title": "Sand"}, HTTP_IF_MATCH=seen)
        for _ in range(2)
    )

    assert (first.status_code, second.status_code, is_replayed(second)) == (200, 200, True)
    assert first.content == second.content


def test_a_key_is_not_spent_on_a_stale_tag(as_alice):
    where = f"/api/tasks/{a_task().pk}/start"

    refused = send(as_alice, "POST", where, HTTP_IF_MATCH=STALE)

    assert (refused.status_code, Reply.objects.count()) == (412, 0)
    assert send(as_alice, "POST", where, HTTP_IF_MATCH="*").status_code == 200
