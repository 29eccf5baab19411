"""GET /api/me, and what every authenticated call costs."""

import pytest

from tests.people import PASSWORD


@pytest.mark.parametrize(
    ("handle", "actor_type", "role", "scopes"),
    [
        ("@alice", "human", "user", ["tasks:read", "tasks:write"]),
        ("@carol", "human", "operator", ["ops:approve", "ops:run"]),
        ("@robo", "agent", "user", ["tasks:read", "tasks:write"]),
    ],
)
def test_callers_hear_who_they_are(speak_as, handle, actor_type, role, scopes):
    answer = speak_as(handle).get("/api/me")

    assert answer.data["id"] == handle
    assert answer.data["actor_type"] == actor_type
    assert answer.data["role"] == role
    assert answer.data["scopes"] == scopes


def test_an_unknown_name_is_a_person_without_privileges_locally(speak_as):
    answer = speak_as("@zoe").get("/api/me")

    assert (answer.data["id"], answer.data["actor_type"]) == ("@zoe", "human")
    assert answer.data["role"] == "user"


def test_an_authenticated_call_costs_no_key_or_user_query(anonymous, django_assert_num_queries):
    pair = anonymous.post("/api/token", {"username": "alice", "password": PASSWORD}).data
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {pair['access']}"}
    anonymous.get("/api/me", **bearer)

    with django_assert_num_queries(0):
        answer = anonymous.get("/api/me", **bearer)

    assert answer.status_code == 200
