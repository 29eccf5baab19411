"""GET and POST /api/tasks/{id}/comments"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from tasks.models import Comment, Task
from tests.factories import NOON, a_task, make_history_unwritable, stored
from tests.keyed import is_replayed, send


def path(task):
    return f"/api/tasks/{task.pk}/comments"


def say(task, body="It rains.", author="@bob"):
    return Comment.objects.create(
        task=task, body=body, author=author, author_type="human", created_at=NOON
    )


def words(answer):
    assert answer.status_code == 200, answer.content
    return [comment["body"] for comment in answer.json()]


def test_a_comment_is_made_and_told_whole(as_robo):
    task = a_task()

    answer = as_robo.post(path(task), {"body": "Which *colour*?\n\n    green"})

    said = Comment.objects.get()
    at = said.created_at.isoformat().replace("+00:00", "Z")
    assert answer.status_code == 201
    assert answer.json() == {
        "id": said.pk, "task_id": task.pk, "body": "Which *colour*?\n\n    green",
        "author": "@robo", "author_type": "agent", "created_at": at,
    }  # fmt: skip
    assert as_robo.get(path(task)).json() == [answer.json()]


def test_comments_come_in_the_order_they_were_made_or_the_last_word_first(as_alice):
    task = a_task()
    say(a_task(), "Elsewhere.")
    for body in "abc":
        say(task, body)

    assert words(as_alice.get(path(task))) == ["a", "b", "c"]
    assert words(as_alice.get(f"{path(task)}?ordering=-created_at")) == ["c", "b", "a"]


def test_comments_are_paged_without_loss_when_more_are_made_meanwhile(as_alice):
    task = a_task()
    for body in "abc":
        say(task, body)

    first = as_alice.get(f"{path(task)}?limit=2&count=true")
    say(task, "d")
    following = first["Link"].split(">")[0].removeprefix("<http://testserver")

    assert words(first) + words(as_alice.get(following)) == ["a", "b", "c", "d"]
    assert first["X-Total-Count"] == "3"


@pytest.mark.parametrize("comments", [0, 1, 50])
def test_any_number_of_comments_is_two_statements(as_alice, comments):
    task = a_task()
    for _ in range(comments):
        say(task)
    as_alice.get(path(task))

    with CaptureQueriesContext(connection) as statements:
        answer = as_alice.get(path(task))

    assert len(answer.json()) == comments
    assert len(statements) == 2


def test_history_tells_that_a_comment_was_made_and_not_what_it_says(as_alice):
    task = a_task(project_slug="garden")

    said = as_alice.post(path(task), {"body": "My phone number is secret."}).json()

    entry = Entry.objects.get()
    assert (entry.action, entry.actor_id, entry.task_id) == ("task.commented", "@alice", task.pk)
    assert (entry.project_slug, entry.changes) == ("garden", {})
    assert entry.context == {"comment_id": said["id"]}


def test_a_comment_does_not_change_the_task(as_alice):
    task = a_task()
    before, tag = stored(task), as_alice.get(f"/api/tasks/{task.pk}")["ETag"]

    as_alice.post(path(task), {"body": "It rains."})

    assert stored(task) == before
    assert as_alice.get(f"/api/tasks/{task.pk}")["ETag"] == tag


def test_comments_go_with_their_task(as_alice):
    task, other = a_task(), a_task()
    say(task)
    say(other, "Still here.")

    assert as_alice.delete(f"/api/tasks/{task.pk}").status_code == 204

    assert [said.body for said in Comment.objects.all()] == ["Still here."]
    assert as_alice.get(path(task)).status_code == 404


@pytest.mark.parametrize(
    "body", [{}, {"body": ""}, {"body": " \n"}, {"body": None}, {"body": 7}, {"body": "a\x00b"},
             {"body": "x" * 10_001}, {"body": "x", "author": "@bob"}],
    ids=lambda body: repr(body)[:24],
)  # fmt: skip
def test_what_is_no_comment_is_refused(as_alice, body):
    answer = as_alice.post(path(a_task()), body)

    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert answer.json()["errors"][0]["pointer"] in {"/body", "/author"}
    assert not Comment.objects.exists()


@pytest.mark.parametrize(("method", "body"), [("GET", ""), ("POST", '{"body": "Hello?"}')])
def test_a_task_that_is_not_there_has_none(as_alice, method, body):
    answer = as_alice.generic(method, "/api/tasks/4711/comments", body, "application/json")

    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_task")


def test_without_its_entry_there_is_no_comment(as_alice):
    task = a_task()
    make_history_unwritable()

    answer = as_alice.post(path(task), {"body": "It rains."})

    assert (answer.status_code, answer.json()["code"]) == (503, "audit_unavailable")
    assert not Comment.objects.exists()


def test_a_comment_sent_twice_with_one_key_is_made_once(as_alice):
    task = a_task()

    first, second = (send(as_alice, "POST", path(task), {"body": "It rains."}) for _ in range(2))

    assert (first.json(), is_replayed(second)) == (second.json(), True)
    assert Comment.objects.count() == 1


def test_it_takes_the_scopes(speak_as):
    task = a_task()

    assert speak_as("@dana").get(path(task)).status_code == 200
    assert speak_as("@dana").post(path(task), {"body": "x"}).status_code == 403
    assert speak_as("@carol").get(path(task)).status_code == 403
    assert Task.objects.count() == 1
