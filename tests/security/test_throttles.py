"""Too many calls: who is counted how, what is announced, and what no header can change."""

import re
from dataclasses import replace

import pytest

from accounts.throttle_models import ThrottleWindow
from tests.architecture.routes import api_routes
from tests.people import PASSWORD
from tests.serving import HOST, free_port, serving
from tests.throttling import STORES, forget_here

pytest_plugins = ["tests.throttle_fixtures"]

UNCOUNTED = [
    *("/health", "/health/ready", "/api/health/db"),
    *("/.well-known/jwks.json", "/api/auth/jwks", "/.well-known/token-shapes"),
    *("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"),
    *("/.well-known/statement-keys.json", "/.well-known/oauth-protected-resource"),
    "/.well-known/oauth-protected-resource/mcp",
]
TOKENS = [
    *("/api/token", "/api/token/refresh", "/api/token/revoke"),
    *("/oauth/token", "/oauth/introspect", "/oauth/revoke"),
]
ANYWHERE = {"REMOTE_ADDR": "192.0.2.1"}
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.2"}
NEIGHBOURS = [{"REMOTE_ADDR": f"2001:db8::{number}"} for number in range(3)]
FORGED = [{"HTTP_X_FORWARDED_FOR": f"10.0.0.{number}"} for number in range(3)]
BEHIND = [{"HTTP_X_FORWARDED_FOR": f"10.0.0.{number}, 192.0.2.9"} for number in range(3)]


def statuses(ask, times):
    return [ask().status_code for _ in range(times)]


def test_each_person_has_a_budget(speak_as, rates):
    rates(user=2)

    assert statuses(lambda: speak_as("@alice").get("/api/me"), 3) == [200, 200, 429]
    assert statuses(lambda: speak_as("@bob").get("/api/me"), 1) == [200]


def test_people_and_agents_have_rates_apart(as_alice, as_robo, rates):
    rates(user=1, agent=2)

    assert statuses(lambda: as_alice.get("/api/me"), 2) == [200, 429]
    assert statuses(lambda: as_robo.get("/api/me"), 3) == [200, 200, 429]


def test_the_pipeline_is_counted_like_an_agent(anonymous, rates, settings):
    key = "x" * 40
    settings.CONTRACT = replace(settings.CONTRACT, admin_api_key=key)
    rates(agent=1, anonymous=9)

    assert statuses(lambda: anonymous.get("/api/me", HTTP_X_ADMIN_API_KEY=key), 2) == [200, 429]


@pytest.mark.parametrize("credential", [None, "Bearer x", "Bearer dev:", "Bearer a.b.c"])
def test_calls_without_a_good_credential_are_counted_by_address(anonymous, rates, credential):
    rates(anonymous=2)
    headers = {"HTTP_AUTHORIZATION": credential} if credential else {}

    assert statuses(lambda: anonymous.get("/api/me", **headers, **ANYWHERE), 3) == [401, 401, 429]
    assert statuses(lambda: anonymous.get("/api/me", **headers, **ELSEWHERE), 1) == [401]


def test_who_is_known_is_not_held_up_by_strangers_at_the_same_address(as_alice, anonymous, rates):
    rates(anonymous=1)

    assert statuses(lambda: anonymous.get("/api/me"), 2) == [401, 429]
    assert as_alice.get("/api/me").status_code == 200


@pytest.mark.parametrize("path", ["/api/me", "/api/audit", "/api/tasks/4711", "/api/tasks?x=1"])
def test_refusals_count_too(as_carol, rates, path):
    rates(user=1)

    as_carol.delete(path)

    assert as_carol.get("/api/me").status_code == 429


@pytest.mark.parametrize("path", TOKENS)
def test_whoever_asks_for_tokens_is_counted_by_address(anonymous, rates, path):
    rates(token=2)
    assert 429 not in statuses(lambda: anonymous.post(path, {}, **ANYWHERE), 2)

    assert statuses(lambda: anonymous.post(path, {}, **ANYWHERE), 2) == [429, 429]
    assert anonymous.post(path, {}, **ELSEWHERE).status_code != 429


def test_the_routes_for_tokens_share_one_budget(anonymous, rates):
    rates(token=len(TOKENS))

    for path in TOKENS:
        anonymous.post(path, {})

    assert anonymous.post("/api/token", {}).status_code == 429


@pytest.mark.parametrize("path", UNCOUNTED)
def test_keys_metadata_and_health_are_never_refused_nor_counted(anonymous, rates, path):
    rates(anonymous=1)

    answers = [anonymous.get(path) for _ in range(3)]

    assert {answer.status_code for answer in answers} == {200}
    assert not any("RateLimit" in answer for answer in answers)
    assert not ThrottleWindow.objects.exists()


def test_every_other_route_is_counted():
    uncounted = {f"/{route.path}" for route in api_routes() if not route.view.throttle_classes}

    assert uncounted == set(UNCOUNTED)


@pytest.mark.parametrize("headers", [FORGED, NEIGHBOURS], ids=["X-Forwarded-For", "IPv6"])
def test_no_header_and_no_neighbouring_address_is_another_caller(anonymous, rates, headers):
    rates(anonymous=2)

    heard = [anonymous.get("/api/me", **each).status_code for each in headers]

    assert heard == [401, 401, 429]


def test_behind_a_proxy_only_what_the_proxy_saw_is_believed(anonymous, rates, settings):
    rates(anonymous=2)
    settings.CONTRACT = replace(settings.CONTRACT, trusted_proxy_hops=1)

    heard = [anonymous.get("/api/me", **each).status_code for each in BEHIND]
    other = anonymous.get("/api/me", HTTP_X_FORWARDED_FOR="192.0.2.9, 192.0.2.10")

    assert heard == [401, 401, 429]
    assert other.status_code == 401


def test_sign_in_is_refused_before_the_password_is_looked_at(anonymous, rates):
    rates(token=1)
    right = {"username": "alice", "password": PASSWORD}
    anonymous.post("/api/token", {"username": "alice", "password": "wrong"})

    assert anonymous.post("/api/token", right).status_code == 429
    assert anonymous.post("/api/token", right, **ELSEWHERE).status_code == 200


def test_a_process_asks_once_for_a_slice_of_calls(as_alice, rates, django_assert_num_queries):
    rates(user=200)
    as_alice.get("/api/me")

    with django_assert_num_queries(0):
        assert statuses(lambda: as_alice.get("/api/me"), 9) == [200] * 9

    with django_assert_num_queries(1):
        as_alice.get("/api/me")


def test_who_has_used_up_a_budget_costs_no_statement(anonymous, rates, django_assert_num_queries):
    rates(token=1)
    anonymous.post("/api/token/refresh", {"refresh": "x"})

    with django_assert_num_queries(0):
        assert (
            statuses(lambda: anonymous.post("/api/token/refresh", {"refresh": "x"}), 5) == [429] * 5
        )


def test_no_other_process_admits_what_was_used_up_here(as_alice, rates, each_store):
    rates(user=3)
    heard = statuses(lambda: as_alice.get("/api/me"), 2)

    forget_here()

    assert heard + statuses(lambda: as_alice.get("/api/me"), 2) == [200, 200, 200, 429]


def test_nothing_that_is_stored_can_be_read(as_alice, anonymous):
    as_alice.get("/api/me")
    anonymous.post("/api/token", {"username": "my secret phrase", "password": "x"}, **ANYWHERE)

    keys = " ".join(ThrottleWindow.objects.values_list("key", flat=True))

    assert len(keys.split()) == 3
    assert not re.search(r"alice|secret|192", keys, re.IGNORECASE)


def test_a_redis_that_is_away_stops_nobody(as_alice, settings, rates):
    rates(user=1)
    nobody = f"redis://{HOST}:{free_port()}/0"
    settings.CONTRACT = replace(settings.CONTRACT, redis_url=nobody)
    settings.THROTTLE_STORE = STORES["redis"]

    answers = [as_alice.get("/api/me") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert not any("RateLimit" in answer for answer in answers)


def test_a_database_that_is_away_is_503_and_only_where_it_is_needed():
    away = f"postgres://nobody@{HOST}:{free_port()}/nothing"
    with serving({"DATABASE_URL": away, "DB_CONNECT_TIMEOUT_SECONDS": "1"}) as server:
        needed = server.get("/api/me", Authorization="Bearer dev:@alice")
        unneeded = server.get("/api/me", Authorization="Bearer x")

    assert (needed.status, needed.data["code"]) == (503, "unavailable")
    assert (unneeded.status, unneeded.data["code"]) == (401, "unauthorized")
