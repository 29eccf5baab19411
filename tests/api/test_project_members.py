"""/api/projects/{slug}/members"""

import pytest

from audit.models import Entry
from tasks.models import Member
from tests.factories import a_project, make_history_unwritable

PATH = "/api/projects/shed/members"


def told(answer):
    return answer.status_code, answer.json().get("code")


def roles():
    return dict(Member.objects.values_list("principal", "role"))


@pytest.fixture(autouse=True)
def shed(people):
    return a_project("shed", {"@alice": "owner", "@bob": "member"})


def test_members_are_listed_for_members(as_bob):
    assert [(m["principal"], m["role"]) for m in as_bob.get(PATH).json()] == [
        ("@alice", "owner"), ("@bob", "member"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "principal",
    ["@robo", "sa:pusher@x.iam.example.com", "clerk:user_1", "auth0:google|a/b"],
)
def test_somebody_is_let_in_given_another_role_and_put_out(as_alice, principal):
    added = as_alice.post(PATH, {"principal": principal, "role": "member"})
    assert (added.status_code, added.json()["role"]) == (201, "member")

    changed = as_alice.patch(added["Location"], {"role": "viewer"}, HTTP_IF_MATCH=added["ETag"])
    assert (changed.status_code, changed.json()) == (200, {**added.json(), "role": "viewer"})
    stale = as_alice.delete(added["Location"], HTTP_IF_MATCH=added["ETag"])
    assert told(stale) == (412, "precondition_failed")
    assert as_alice.delete(added["Location"]).status_code == 204

    assert principal not in roles()
    assert list(Entry.objects.order_by("id").values_list("action", "changes", "context")) == [
        ("project.member_added", {"role": [None, "member"]}, {"principal": principal}),
        ("project.member_changed", {"role": ["member", "viewer"]}, {"principal": principal}),
        ("project.member_removed", {"role": ["viewer", None]}, {"principal": principal}),
    ]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"principal": "@mallory", "role": "member"}, (422, "unknown_principal")),
        ({"principal": "carol", "role": "member"}, (422, "unknown_principal")),
        ({"principal": "@bob", "role": "viewer"}, (409, "already_member")),
        ({"principal": "@robo", "role": "owner"}, (422, "owners_are_people")),
        ({"principal": "sa:x@y", "role": "owner"}, (422, "owners_are_people")),
        ({"principal": "@robo", "role": "boss"}, (422, "validation_failed")),
        ({"principal": "@robo"}, (422, "validation_failed")),
        ({"role": "member"}, (422, "validation_failed")),
        ({"principal": "x:" + "y" * 254, "role": "member"}, (422, "validation_failed")),
    ],
    ids=str,
)
def test_who_does_not_fit_is_not_let_in(as_alice, body, refusal):
    before = roles()

    assert told(as_alice.post(PATH, body)) == refusal
    assert roles() == before
    assert not Entry.objects.exists()


def test_an_agent_is_not_made_an_owner_later(as_alice):
    as_alice.post(PATH, {"principal": "@robo", "role": "member"})

    assert told(as_alice.patch(f"{PATH}/@robo", {"role": "owner"})) == (422, "owners_are_people")


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_who_is_not_in_it_cannot_be_changed(as_alice, method):
    answer = getattr(as_alice, method)(f"{PATH}/@carol", {"role": "viewer"})

    assert told(answer) == (404, "no_such_member")


def test_the_last_owner_stays(as_alice, as_bob, as_admin):
    for client in (as_alice, as_admin):
        assert told(client.patch(f"{PATH}/@alice", {"role": "member"})) == (409, "last_owner")
        assert told(client.delete(f"{PATH}/@alice")) == (409, "last_owner")
    as_alice.patch(f"{PATH}/@bob", {"role": "owner"})

    assert as_bob.delete(f"{PATH}/@alice").status_code == 204
    assert roles() == {"@bob": "owner"}
    assert as_alice.get("/api/projects/shed").status_code == 404


def test_the_role_one_has_already_is_no_change(as_alice):
    assert as_alice.patch(f"{PATH}/@bob", {"role": "member"}).status_code == 200
    assert not Entry.objects.exists()


CHANGES = [
    ("post", "", {"principal": "@robo", "role": "viewer"}),
    ("patch", "/@bob", {"role": "viewer"}),
    ("delete", "/@bob", None),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change[0])
def test_without_its_entry_nothing_happens(as_alice, change):
    before = roles()
    make_history_unwritable()
    method, path, body = change

    assert getattr(as_alice, method)(PATH + path, body).status_code == 503
    assert roles() == before


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change[0])
@pytest.mark.parametrize(
    ("handle", "refusal"),
    [("@bob", (403, "not_project_owner")), ("@robo", (404, "no_such_project"))],
)
def test_only_owners_say_who_belongs_to_it(speak_as, handle, refusal, change):
    method, path, body = change

    assert told(getattr(speak_as(handle), method)(PATH + path, body)) == refusal
