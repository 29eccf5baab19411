"""Fifty tabs refresh at once; one refresh meets one revoke."""

from functools import partial

import pytest
from rest_framework.test import APIClient

from accounts.models import Session
from tests.concurrency.threads import at_once
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sign_in(people):
    def pair():
        body = {"username": "alice", "password": PASSWORD}
        return APIClient().post("/api/token", body).data

    return pair


def refresh(token):
    return APIClient().post("/api/token/refresh", {"refresh": token})


def test_fifty_parallel_refreshes_get_one_successor_and_nobody_is_logged_out(sign_in):
    pair = sign_in()

    answers = at_once(50, lambda _: refresh(pair["refresh"]))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data["refresh"] for answer in answers}) == 1
    session = Session.objects.get()
    assert (session.generation, session.ended_at) == (1, None)


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
