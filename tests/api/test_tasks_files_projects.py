"""What of a private project leaves in a file, and what comes into one from it."""

import json

import pytest

from tasks.lifecycle import Status
from tasks.models import Task
from tests.factories import a_project, a_task
from tests.files import faults, fetch_file, send_rows

SECRET = "garden"


@pytest.fixture
def garden(people):
    """A private project: Alice owns it, Bob is a member, Robo looks."""
    return a_project(SECRET, {"@alice": "owner", "@bob": "member", "@robo": "viewer"})


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_file_holds_what_its_reader_may_see_and_no_more(as_bob, as_admin, speak_as, garden, kind):
    a_task(title="Open")
    a_task(title="Hidden", project_slug=SECRET)

    assert "Hidden" not in fetch_file(speak_as("@crawler"), kind)
    assert "Hidden" not in fetch_file(speak_as("@crawler"), kind, f"project={SECRET}")
    assert all("Hidden" in fetch_file(client, kind) for client in (as_bob, as_admin))


@pytest.mark.parametrize("member", ["parent_id", "depends_on"])
def test_a_task_out_of_sight_is_as_one_that_is_missing(speak_as, garden, member):
    hidden = a_task(project_slug=SECRET).pk

    answers = [
        send_rows(
            speak_as("@crawler"),
            {"title": "x", member: number if member == "parent_id" else [number]},
            HTTP_X_REQUEST_ID="the-same-for-both",
        )
        for number in (hidden, hidden + 1000)
    ]

    assert faults(answers[0])[0][1] == "unknown_task"
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize(
    ("handle", "row", "pointer", "code"),
    [
        ("@crawler", {"project_slug": SECRET}, "project_slug", "no_such_project"),
        ("@robo", {"project_slug": SECRET}, "project_slug", "viewers_only_look"),
        ("@robo", {"parent_id": 1}, "parent_id", "viewers_only_look"),
    ],
)
def test_nothing_comes_into_a_project_that_its_sender_may_not_write(
    speak_as, garden, handle, row, pointer, code
):
    parent = a_task(project_slug=SECRET)
    row = {**row, "parent_id": parent.pk} if "parent_id" in row else row

    answer = send_rows(speak_as(handle), {"title": "fine"}, {"title": "x", **row})

    assert faults(answer) == [(f"/rows/1/{pointer}", code)]
    assert list(Task.objects.all()) == [parent]


@pytest.mark.parametrize(("handle", "taken"), [("@bob", False), ("@alice", True), ("@admin", True)])
def test_no_file_goes_round_a_required_review(speak_as, garden, handle, taken):
    type(garden).objects.update(requires_review=True)
    done = {"title": "x", "project_slug": SECRET, "status": "completed", "assigned_to": "@bob"}

    answer = send_rows(speak_as(handle), done, {**done, "status": "review"})

    if taken:
        assert answer.status_code == 201
        assert set(Task.objects.values_list("status", flat=True)) == {"completed", "review"}
    else:
        assert faults(answer) == [("/rows/0/status", "review_required")]


def test_members_bring_in_what_they_took_out(as_bob, garden):
    a_task(Status.COMPLETED, project_slug=SECRET)
    text = fetch_file(as_bob)

    answer = send_rows(as_bob, *map(json.loads, text.splitlines()))

    assert answer.status_code == 201
    assert set(Task.objects.values_list("project_slug", flat=True)) == {SECRET}
