"""Every cell of the permission table, tried over HTTP: each caller at each route, with an object of
their own, of others, out of sight, and missing."""

import json

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from accounts.scopes import Scope
from config.permission_table import RULE_OF, Caller, Cell
from config.routes import served
from tests.permission_cells import (
    PRINCIPALS,
    PROBES,
    Probe,
    Whose,
    expected,
    kinds_of,
    outcome,
    path_of,
    projects,
    restore,
)
from tests.servers.google_certs import PUSHER

pytest_plugins = ["tests.servers.fixtures"]
KEY = "k" * 40


@pytest.fixture
def callers(people, google_server, contract):
    """A client for each caller of the table."""
    scopes = frozenset({Scope.TASKS_READ, Scope.TASKS_WRITE})
    contract(admin_api_key=KEY, gc_service_accounts={PUSHER: scopes})
    clients = {
        caller: APIClient(HTTP_AUTHORIZATION=f"Bearer dev:{principal.id}")
        for caller, principal in PRINCIPALS.items()
    }
    google = APIClient(HTTP_AUTHORIZATION=f"Bearer {google_server.token()}")
    pipeline = APIClient(HTTP_X_ADMIN_API_KEY=KEY)
    projects()
    return {
        **clients,
        Caller.ANONYMOUS: APIClient(),
        Caller.SERVICE: google,
        Caller.PIPELINE: pipeline,
    }


def attempt(client, route, caller, whose):
    """Send one request; returns what became of it, or the status where it should have succeeded."""
    probe = PROBES.get(route, Probe(succeeds=False))
    answer = send(client, route, path_of(route, caller, whose, probe.state), json.dumps(probe.body))
    assert answer.status_code < 500 or route.endswith("/ready")
    found = outcome(answer)
    failed = found is Cell.YES and probe.succeeds and answer.status_code >= 300
    return answer.status_code if failed else found


def send(client, route, path, body, **headers):
    method = route.partition(" ")[0]
    content = {} if method == "GET" else {"data": body, "content_type": "application/json"}
    return client.generic(method, path, HTTP_X_REQUEST_ID="the-same-id", **content, **headers)


@pytest.mark.parametrize("route", RULE_OF)
def test_each_cell_is_as_the_table_says(callers, route):
    wrong = {}
    for caller, client in callers.items():
        for whose in kinds_of(route):
            found, wanted = (
                attempt(client, route, caller, whose),
                expected(RULE_OF[route], route, caller, whose),
            )
            if found != wanted:
                wrong[caller.name, whose.name] = (found, wanted)
            if "projects" in route:
                restore()

    assert wrong == {}


HIDDEN = [route for route in RULE_OF if Whose.FOREIGN in kinds_of(route) and "{" in route]
# A body that is good, one that is not, and one that is no JSON; and a tag nobody gave.
ASKED = [('{"title": "x"}', {}), ('{"no": 1}', {}), ("[", {}), ("{}", {"HTTP_IF_MATCH": '"x"'})]


@pytest.mark.parametrize("caller", [Caller.OUTSIDER, Caller.MEMBER, Caller.AGENT, Caller.SERVICE])
@pytest.mark.parametrize("route", HIDDEN)
def test_what_is_out_of_sight_is_answered_as_what_is_missing(callers, route, caller):
    state = PROBES.get(route, Probe()).state

    for body, headers in ASKED:
        foreign, missing = (
            send(callers[caller], route, path_of(route, caller, whose, state), body, **headers)
            for whose in (Whose.FOREIGN, Whose.MISSING)
        )
        assert foreign.status_code >= 400
        assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)


def test_table_views_and_document_agree():
    call_command("permissions", check=True)


def test_the_walk_finds_the_routes():
    assert {"GET /api/tasks/{task_id}", "POST /oauth/token", "GET /docs"} <= served().keys()
