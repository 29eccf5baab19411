"""Tabs refresh at once; a refresh meets a revoke; a replay meets the token that came after it."""

from datetime import timedelta
from functools import partial

import pytest
from rest_framework.test import APIClient

from accounts.models import Session
from audit.models import Entry
from tests.concurrency.threads import at_once
from tests.people import PASSWORD
from wire.clock import now

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sign_in(people):
    def pair():
        body = {"username": "alice", "password": PASSWORD}
        return APIClient().post("/api/token", body).data

    return pair


def refresh(token):
    return APIClient().post("/api/token/refresh", {"refresh": token})


def refresh_one(tokens, number):
    return refresh(tokens[number])


def test_fifty_parallel_refreshes_get_one_successor_and_nobody_is_logged_out(sign_in):
    pair = sign_in()

    answers = at_once(50, lambda _: refresh(pair["refresh"]))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data["refresh"] for answer in answers}) == 1
    session = Session.objects.get()
    assert (session.generation, session.ended_at) == (1, None)


def test_two_refreshes_of_one_second_are_one_step(sign_in, rounds, time_machine):
    time_machine.move_to(now(), tick=False)
    token, steps = sign_in()["refresh"], rounds(10, full=200)

    for step in range(1, steps + 1):
        answers = at_once(2, partial(refresh_one, [token, token]))
        access = {answer.data["access"] for answer in answers}
        (token,) = {answer.data["refresh"] for answer in answers}

        assert ({answer.status_code for answer in answers}, len(access)) == ({200}, 2)
        assert Session.objects.get().generation == step


def test_a_replay_after_the_grace_that_meets_the_successor_ends_the_session(
    sign_in, rounds, time_machine
):
    for number in range(1, rounds(10, full=200) + 1):
        old = sign_in()["refresh"]
        successor = refresh(old).data["refresh"]
        time_machine.move_to(now() + timedelta(seconds=11), tick=False)
        replay, used = at_once(2, partial(refresh_one, [old, successor]))
        last = used.data.get("refresh", successor)

        assert (replay.status_code, used.status_code in {200, 401}) == (401, True)
        assert refresh(last).status_code == 401
        assert Entry.objects.filter(action="token.reused").count() == number
        assert Session.objects.filter(end_reason="reused").count() == number


def test_a_refresh_racing_a_revoke_never_leaves_a_living_token(sign_in, rounds):
    def either(number, token):
        path = "/api/token/revoke" if number else "/api/token/refresh"
        return APIClient().post(path, {"refresh": token})

    for _ in range(rounds(20, full=200)):
        pair = sign_in()
        answers = at_once(2, partial(either, token=pair["refresh"]))
        survivor = answers[0].data.get("refresh", pair["refresh"])

        assert {answer.status_code for answer in answers} <= {200, 401}
        assert refresh(survivor).status_code == 401


def test_ten_processes_worth_of_first_signers_make_one_key(db):
    answers = at_once(10, lambda _: APIClient().get("/health/ready"))

    keys = APIClient().get("/.well-known/jwks.json").json()["keys"]
    assert {answer.status_code for answer in answers} == {200}
    assert len(keys) == 1
