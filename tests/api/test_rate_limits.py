"""What is announced of a budget, on every answer, and how a refusal says when to come back."""

import re

import pytest

from tests.throttling import later

pytest_plugins = ["tests.throttle_fixtures"]


@pytest.mark.parametrize("path", ["/api/me", "/api/tasks", "/api/tasks/4711", "/api/tasks?x=1"])
def test_every_answer_announces_the_policy_and_what_is_left(as_alice, rates, path):
    rates(user=60)

    answer = as_alice.get(path)

    assert answer["RateLimit-Policy"] == '"user";q=60;w=60'
    assert answer["RateLimit"] == '"user";r=59;t=60'


def test_what_is_left_is_told_to_the_last_call(as_alice, rates):
    rates(user=45)

    said = [as_alice.get("/api/me")["RateLimit"] for _ in range(46)]

    left = re.findall(r'"user";r=(\d+);t=\d+', "\n".join(said))
    assert [int(each) for each in left] == [*range(44, -1, -1), 0]


def test_a_refusal_is_the_one_body_and_says_when_to_come_back(as_alice, rates):
    rates(user=1)
    as_alice.get("/api/me")

    answer = as_alice.get("/api/me")

    assert (answer.status_code, answer.data["code"], answer.data["status"]) == (
        429,
        "throttled",
        429,
    )
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert answer["RateLimit"] == f'"user";r=0;t={answer["Retry-After"]}'
    assert answer["Cache-Control"] == "no-store"


def test_clients_of_oauth_hear_it_in_their_own_words(anonymous, rates):
    rates(token=1)
    anonymous.post("/oauth/token", {})

    answer = anonymous.post("/oauth/token", {})

    assert (answer.status_code, answer.data["error"]) == (429, "temporarily_unavailable")
    assert "Retry-After" in answer


def test_the_budget_is_whole_again_when_the_window_has_ended(as_alice, rates):
    rates(user=1)
    wait = [as_alice.get("/api/me") for _ in range(2)][1]["Retry-After"]

    with later(seconds=int(wait)):
        heard = [as_alice.get("/api/me").status_code for _ in range(2)]

    assert heard == [200, 429]
