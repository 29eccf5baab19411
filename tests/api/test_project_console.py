"""/admin/tasks/project/: projects and their members, changed by the API's operations."""

import pytest

from audit.models import Entry
from tasks.models import Member, Project
from tests.factories import a_project, a_task, make_history_unwritable

PROJECTS = "/admin/tasks/project/"
SHED = f"{PROJECTS}shed/"


@pytest.fixture
def console(client, people):
    client.force_login(people["@admin"])
    return client


@pytest.fixture
def shed(people):
    return a_project("shed", {"@alice": "owner", "@bob": "member"})


def roles():
    return dict(Member.objects.values_list("principal", "role"))


def member(principal):
    return f"/admin/tasks/member/{Member.objects.get(principal=principal).pk}/"


def told():
    return list(Entry.objects.order_by("pk").values_list("action", "actor_id", "auth_method"))


def test_a_slug_becomes_a_project_of_who_pressed(console):
    made = console.post(f"{PROJECTS}do/create/", {"slug": "shed", "requires_review": "on"})

    assert (made.status_code, made["Location"]) == (302, f"{SHED}change/")
    assert Project.objects.get().requires_review
    assert roles() == {"@admin": "owner"}
    assert told() == [("project.created", "@admin", "console")]


@pytest.mark.parametrize("slug", ["-shed", "a shed", "s" * 64, "", "s\x00"])
def test_no_slug_is_taken_that_the_api_refuses(console, slug):
    answer = console.post(f"{PROJECTS}do/create/", {"slug": slug})

    assert answer.status_code == 200
    assert not Project.objects.exists()


def test_review_is_required_and_waived(console, shed):
    console.post(f"{SHED}do/require-review/")
    required = Project.objects.get().requires_review
    again = console.post(f"{SHED}do/require-review/")
    console.post(f"{SHED}do/waive-review/")

    assert (required, Project.objects.get().requires_review) == (True, False)
    assert "It does so already." in again.content.decode()
    assert [action for action, *_ in told()] == ["project.updated", "project.updated"]


def test_a_member_comes_changes_and_goes(console, shed):
    console.post(f"{SHED}do/add-member/", {"principal": "@robo", "role": "member"})
    console.post(f"{member('@robo')}do/role/", {"role": "viewer"})
    seen = roles()["@robo"]
    gone = console.post(f"{member('@robo')}do/remove/", follow=True)

    assert seen == "viewer"
    assert "@robo is out of shed." in gone.content.decode()
    assert gone.redirect_chain == [(f"{SHED}change/", 302)]
    assert roles() == {"@alice": "owner", "@bob": "member"}
    assert told() == [
        ("project.member_added", "@admin", "console"),
        ("project.member_changed", "@admin", "console"),
        ("project.member_removed", "@admin", "console"),
    ]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"principal": "@mallory", "role": "member"}, "Nobody has this id."),
        ({"principal": "@bob", "role": "viewer"}, "@bob is in the project already."),
        ({"principal": "@robo", "role": "owner"}, "Only people own projects."),
        ({"principal": "@robo", "role": "emperor"}, "not one of the available choices"),
    ],
)
def test_whom_the_api_does_not_let_in_the_console_does_not(console, shed, form, sentence):
    answer = console.post(f"{SHED}do/add-member/", form)

    assert sentence in answer.content.decode()
    assert roles() == {"@alice": "owner", "@bob": "member"}
    assert told() == []


@pytest.mark.parametrize(("deed", "form"), [("remove", {}), ("role", {"role": "viewer"})])
def test_the_last_owner_stays(console, shed, deed, form):
    answer = console.post(f"{member('@alice')}do/{deed}/", form)

    assert "last owner." in answer.content.decode()
    assert roles()["@alice"] == "owner"


def test_a_role_that_somebody_has_already_is_told_as_such(console, shed):
    answer = console.post(f"{member('@bob')}do/role/", {"role": "member"})

    assert "it is so already" in answer.content.decode()
    assert told() == []


def test_a_project_with_tasks_is_not_deleted_and_its_button_says_why(console, shed):
    a_task(project_slug="shed")

    page = console.get(f"{SHED}change/").content.decode()
    answer = console.post(f"{SHED}do/delete/")

    assert f"{SHED}do/delete/" not in page
    for each in (page, answer.content.decode()):
        assert "The project has tasks, which everybody would see without it" in each
    assert Project.objects.exists()


def test_an_empty_project_is_deleted_and_the_list_follows(console, shed):
    answer = console.post(f"{SHED}do/delete/", follow=True)

    assert answer.redirect_chain == [(PROJECTS, 302)]
    assert "its slug is open" in answer.content.decode()
    assert "Perhaps it was deleted" not in answer.content.decode()
    assert not Project.objects.exists()


def test_without_an_audit_no_member_comes(console, shed):
    make_history_unwritable()

    answer = console.post(f"{SHED}do/add-member/", {"principal": "@robo", "role": "member"})

    assert "could not be put on record" in answer.content.decode()
    assert "@robo" not in roles()


def test_the_project_shows_members_with_the_way_to_each_and_its_history(console, shed):
    console.post(f"{SHED}do/add-member/", {"principal": "@robo", "role": "member"})

    page = console.get(f"{SHED}change/").content.decode()
    of_robo = console.get(f"{member('@robo')}change/").content.decode()
    of_bob = console.get(f"{member('@bob')}change/").content.decode()

    assert f"{member('@robo')}change/" in page
    assert "project.member_added" in page
    assert "project.member_added" in of_robo
    assert "project.member_added" not in of_bob
