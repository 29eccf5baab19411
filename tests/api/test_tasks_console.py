"""/admin/tasks/task/: the board, to look at."""

import pytest

from tasks.lifecycle import Status
from tasks.models import Comment, Dependency, Task
from tests.factories import NOON, a_task

PATH = "/admin/tasks/task/"


@pytest.fixture
def console(client, people):
    client.force_login(people["@admin"])
    return client


def test_tasks_are_listed_narrowed_and_searched(console):
    a_task(title="Sand the gate", assigned_to="@bob")
    a_task(Status.REVIEW)

    page = console.get(f"{PATH}?status__exact=pending&q=%40bob").content.decode()

    assert "Sand the gate" in page
    assert "Paint the fence" not in page


def test_a_task_is_shown_with_what_it_waits_for(console):
    task = a_task()
    Dependency.objects.create(task=task, depends_on=a_task(title="Sand the gate"))

    page = console.get(f"{PATH}{task.pk}/change/").content.decode()

    assert "Paint the fence" in page
    assert "Sand the gate" in page
    assert 'name="_save"' not in page


def test_comments_are_counted_and_shown_beside_their_task(console):
    task = a_task()
    for body in ("It rains.", "It still does."):
        Comment.objects.create(
            task=task, body=body, author="@bob", author_type="human", created_at=NOON
        )

    listed = console.get(PATH).content.decode()
    shown = console.get(f"{PATH}{task.pk}/change/").content.decode()

    assert '<td class="field-comment_count">2</td>' in listed
    assert shown.index("It rains.") < shown.index("It still does.")
    assert "<textarea" not in shown


@pytest.mark.parametrize("action", ["add/", "{}/change/", "{}/delete/"])
def test_nothing_is_changed_there(console, action):
    task = a_task()

    answer = console.post(PATH + action.format(task.pk), {"title": "x", "post": "yes"})

    assert answer.status_code == 403
    assert list(Task.objects.values_list("title", flat=True)) == ["Paint the fence"]
