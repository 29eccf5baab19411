"""History tells who got into the console by a password, and who did not."""

import pytest
from django.contrib.sessions.models import Session

from audit.models import Entry
from tests.factories import make_history_unwritable
from tests.people import PASSWORD

pytestmark = pytest.mark.usefixtures("people")
LOGIN, CONSOLE = "/admin/login/", "/admin/"


@pytest.fixture
def enter(client):
    def attempt(name="admin", password=PASSWORD, **more):
        return client.post(LOGIN, {"username": name, "password": password, **more})

    return attempt


def told():
    return list(Entry.objects.values_list("action", "actor_id", "auth_method", "target_id"))


def test_an_administrator_gets_in_and_history_tells(enter, client):
    answer = enter()

    assert (answer.status_code, answer["Location"]) == (302, CONSOLE)
    assert client.get(CONSOLE).status_code == 200
    assert told() == [("sign_in.completed", "@admin", "password", "@admin")]


@pytest.mark.parametrize(("name", "target"), [("admin", "@admin"), ("hunter2hunter2", "")])
def test_a_wrong_password_is_told_and_what_was_typed_is_not(enter, client, name, target):
    enter(name, "wrong-canary")

    assert client.get(CONSOLE).status_code == 302
    assert told() == [("sign_in.failed", "", "none", target)]
    assert "canary" not in str(list(Entry.objects.values()))
    assert "hunter2" not in str(list(Entry.objects.values()))


@pytest.mark.parametrize("name", ["alice", "carol", "dana"])
def test_who_is_no_staff_is_told_of_though_the_password_is_right(enter, client, name):
    answer = enter(name)

    assert answer.status_code == 200
    assert client.get(CONSOLE).status_code == 302
    assert told() == [("sign_in.failed", "", "none", f"@{name}")]
    assert not Session.objects.exists()


def test_nobody_gets_in_whose_entry_can_not_be_written(enter, client):
    make_history_unwritable()
    client.raise_request_exception = False

    answer = enter()

    assert answer.status_code == 503
    assert not Session.objects.exists()
    assert client.get(CONSOLE).status_code == 302


def test_the_session_gets_another_name(enter, client, people):
    client.force_login(people["@admin"])
    before = client.cookies["sessionid"].value

    enter()

    assert client.cookies["sessionid"].value != before
    assert not Session.objects.filter(pk=before).exists()


@pytest.mark.parametrize(
    ("asked", "reached"),
    [("/admin/tasks/task/", "/admin/tasks/task/"), ("https://evil.example/", CONSOLE)],
)
def test_one_goes_on_to_a_page_of_ours_alone(enter, asked, reached):
    assert enter(next=asked)["Location"] == reached


def test_who_is_in_already_is_sent_on(enter, client):
    enter()

    assert client.get(LOGIN)["Location"] == CONSOLE
