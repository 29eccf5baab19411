"""/api/projects"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from tasks.lifecycle import Status
from tasks.models import Member, Project
from tests.factories import NOON, a_project, a_task, make_history_unwritable

PATH = "/api/projects"


def told(answer):
    return answer.status_code, answer.json().get("code")


def test_a_slug_becomes_a_project_that_its_maker_owns(as_alice):
    answer = as_alice.post(PATH, {"slug": "shed", "requires_review": True})

    assert (answer.status_code, answer["Location"]) == (201, f"{PATH}/shed")
    shown = as_alice.get(answer["Location"])
    assert (shown.json(), shown["ETag"]) == (answer.json(), answer["ETag"])
    members = {"slug": "shed", "requires_review": True, "role": "owner", "created_by": "@alice"}
    assert members.items() <= shown.json().items()
    assert list(Member.objects.values_list("principal", "role")) == [("@alice", "owner")]


def test_one_entry_tells_of_it(as_alice):
    as_alice.post(PATH, {"slug": "shed"})

    entry = Entry.objects.get()
    assert (entry.action, entry.target_id, entry.project_slug) == (
        "project.created",
        "shed",
        "shed",
    )
    assert entry.changes == {"requires_review": [None, False], "owner": [None, "@alice"]}


@pytest.mark.parametrize("slug", ["", "-shed", "a b", "shed/2", "x" * 64, "sh\u00e9d", None, 7])
def test_what_is_no_slug_is_refused(as_alice, slug):
    assert told(as_alice.post(PATH, {"slug": slug})) == (422, "validation_failed")


@pytest.mark.parametrize("handle", ["@alice", "@bob", "@admin"])
def test_a_slug_becomes_a_project_once(speak_as, handle):
    a_project("shed", {"@alice": "owner"})

    assert told(speak_as(handle).post(PATH, {"slug": "shed"})) == (409, "project_exists")


def test_agents_make_none(as_robo):
    assert told(as_robo.post(PATH, {"slug": "shed"})) == (403, "people_only")
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("members", "refused"),
    [({}, False), ({"created_by": "@bob"}, True), ({"assigned_to": "@bob"}, True),
     ({"assigned_to": "@alice"}, False), ({"project_slug": "Shed", "created_by": "@bob"}, False)],
    ids=str,
)  # fmt: skip
def test_nobody_takes_an_open_slug_from_others_who_work_there(as_alice, as_admin, members, refused):
    a_task(**{"project_slug": "shed", **members})

    answer = as_alice.post(PATH, {"slug": "shed"})

    assert answer.status_code == (403 if refused else 201)
    if refused:
        assert answer.json()["code"] == "tasks_of_others"
        assert as_admin.post(PATH, {"slug": "shed"}).status_code == 201


def test_the_list_is_of_those_one_is_in(as_alice, as_admin):
    a_project("b", {"@alice": "viewer"})
    a_project("a", {"@alice": "owner", "@bob": "owner"})
    a_project("c", {"@bob": "owner"})

    mine, all_of_them = as_alice.get(f"{PATH}?count=true"), as_admin.get(PATH)

    assert [(p["slug"], p["role"]) for p in mine.json()] == [("a", "owner"), ("b", "viewer")]
    assert mine["X-Total-Count"] == "2"
    assert [(p["slug"], p["role"]) for p in all_of_them.json()] == [
        ("a", None), ("b", None), ("c", None),
    ]  # fmt: skip


def test_a_list_of_any_length_is_one_statement(as_alice):
    for number in range(5):
        a_project(f"p{number}", {"@alice": "member"})
    as_alice.get(PATH)

    with CaptureQueriesContext(connection) as statements:
        first = as_alice.get(f"{PATH}?limit=3")

    assert [project["slug"] for project in first.json()] == ["p0", "p1", "p2"]
    assert len(statements) == 1
    following = first["Link"].partition(">")[0].removeprefix("<http://testserver")
    assert [project["slug"] for project in as_alice.get(following).json()] == ["p3", "p4"]


def test_a_project_is_changed_by_its_owner(as_alice):
    a_project("shed", {"@alice": "owner"})
    before = as_alice.get(f"{PATH}/shed")

    answer = as_alice.patch(f"{PATH}/shed", {"requires_review": True})

    assert (answer.status_code, answer.json()["requires_review"]) == (200, True)
    assert answer.json() == as_alice.get(f"{PATH}/shed").json() != before.json()
    assert Entry.objects.get().changes == {"requires_review": [False, True]}
    late = as_alice.patch(f"{PATH}/shed", {"requires_review": False}, HTTP_IF_MATCH=before["ETag"])
    assert told(late) == (412, "precondition_failed")


@pytest.mark.parametrize("body", [{}, {"requires_review": False}], ids=str)
def test_a_change_of_nothing_writes_nothing(as_alice, body):
    a_project("shed", {"@alice": "owner"})

    assert as_alice.patch(f"{PATH}/shed", body).status_code == 200
    assert not Entry.objects.exists()


@pytest.mark.parametrize("body", [{"slug": "barn"}, {"created_by": "@bob"}, {"requires_review": 1}])
def test_the_rest_of_it_stays(as_alice, body):
    a_project("shed", {"@alice": "owner"})

    assert told(as_alice.patch(f"{PATH}/shed", body)) == (422, "validation_failed")


def test_a_project_without_tasks_is_deleted(as_alice):
    a_project("shed", {"@alice": "owner", "@bob": "viewer"})

    assert as_alice.delete(f"{PATH}/shed").status_code == 204

    assert not Project.objects.exists()
    assert not Member.objects.exists()
    entry = Entry.objects.get()
    assert entry.action == "project.deleted"
    assert entry.changes["members"] == [{"@alice": "owner", "@bob": "viewer"}, None]


def test_one_with_tasks_is_not_or_they_would_be_everybodys(as_alice):
    a_project("shed", {"@alice": "owner"})
    a_task(Status.COMPLETED, project_slug="shed")

    assert told(as_alice.delete(f"{PATH}/shed")) == (409, "project_has_tasks")
    assert Member.objects.exists()


CHANGES = [
    ("post", "", {"slug": "barn"}),
    ("patch", "/shed", {"requires_review": True}),
    ("delete", "/shed", None),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change[0])
def test_without_its_entry_nothing_happens(as_alice, change):
    a_project("shed", {"@alice": "owner"})
    make_history_unwritable()
    method, path, body = change

    assert getattr(as_alice, method)(PATH + path, body).status_code == 503
    assert list(Project.objects.values_list("slug", "requires_review", "updated_at")) == [
        ("shed", False, NOON)
    ]


def test_a_retry_with_its_key_gets_the_first_reply(as_alice):
    first, again = (
        as_alice.post(PATH, {"slug": "shed"}, HTTP_IDEMPOTENCY_KEY="once") for _ in range(2)
    )

    assert (again.status_code, again.content) == (201, first.content)
    assert again["Idempotent-Replayed"] == "true"
