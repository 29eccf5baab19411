"""How many statements a token costs besides BEGIN and COMMIT: pinned, so that one more is seen."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.oauth import statements
from tests.people import PASSWORD

pytest_plugins = ["tests.oauth_fixtures"]


@pytest.fixture
def sign_in(anonymous):
    return lambda: anonymous.post("/api/token", {"username": "alice", "password": PASSWORD})


def test_signing_in_costs_four(sign_in):
    sign_in()

    with statements() as spent:  # audience, account; session, entry
        assert sign_in().status_code == 200

    assert len(spent) == 4


def test_a_client_s_token_costs_two(ask, worker):
    ask(worker, grant_type="client_credentials")

    with statements() as spent:  # secrets with account and audience; entry
        assert ask(worker, grant_type="client_credentials").status_code == 200

    assert len(spent) == 2


def test_a_token_by_assertion_costs_five(by_assertion, assertion):
    by_assertion(assertion(jti="warm"))
    jwt = assertion(jti="cold")

    with statements() as spent:  # account, audience; sweep, spend, entry
        assert by_assertion(jwt).status_code == 200

    assert len(spent) == 5


@pytest.mark.parametrize("path", ["/api/token/refresh", "/oauth/token"])
def test_a_refresh_costs_three(ask, alices, anonymous, path):
    def refresh():
        if path == "/oauth/token":
            return ask(grant_type="refresh_token", refresh_token=alices["refresh"])
        return anonymous.post(path, {"refresh": alices["refresh"]})

    with statements() as spent:  # session with account and audience; turn, entry
        assert refresh().status_code == 200

    assert len(spent) == 3


@pytest.mark.only_on("postgresql")  # SQLite changes and stores one after the other
@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_a_token_is_a_question_and_a_statement(ask, worker, alices):
    def said(*who, **form):
        with CaptureQueriesContext(connection) as captured:
            assert ask(*who, **form).status_code == 200
        return [query["sql"].split()[0] for query in captured]

    asked = {"grant_type": "refresh_token", "refresh_token": alices["refresh"]}
    ask(worker, grant_type="client_credentials")

    assert said(worker, grant_type="client_credentials") == ["SELECT", "INSERT"]
    assert said(**asked) == ["SELECT", "WITH"]


def test_an_exchange_costs_three(exchange, alices, worker, whoami):
    whoami(alices["access"])

    with statements() as spent:  # secrets with account and audience, address; entry
        assert exchange(alices["access"], worker).status_code == 200

    assert len(spent) == 3


def test_an_introspection_costs_two(post, alices, worker):
    form = {"token": alices["access"]}
    post("/oauth/introspect", form, worker)

    with statements() as spent:  # secrets with account, standing
        assert post("/oauth/introspect", form, worker).json()["active"]

    assert len(spent) == 2
