"""What holds for every route."""

import pytest
from django.urls import get_resolver

from accounts.scopes import ANYBODY, SIGNED_IN, Scope
from tests.architecture.routes import api_routes
from wire.later import Beginning
from wire.views import Endpoint

ROUTES = api_routes()
LATER = [each for each in get_resolver().url_patterns if isinstance(each.pattern, Beginning)]
PAIRS = [(route, method) for route in ROUTES for method in route.methods]
OPEN = {
    "health", "health/ready", "api/health/db", "openapi.json", "docs", "redoc", "problems",
    "api/token", "api/token/refresh", "api/token/revoke", "oauth/token",
    "oauth/introspect", "oauth/revoke",  # a credential in the form, or the token itself
    ".well-known/jwks.json", "api/auth/jwks", ".well-known/token-shapes",
    ".well-known/statement-keys.json",
    ".well-known/oauth-authorization-server", ".well-known/openid-configuration",
    ".well-known/oauth-protected-resource", ".well-known/oauth-protected-resource/mcp",
}  # fmt: skip


def name(pair):
    return f"{pair[1]} {pair[0].path}" if isinstance(pair, tuple) else str(pair)


def test_the_walk_finds_the_routes():
    assert {"api/token", "api/tasks", "api/audit", "api/admin/migrations"} <= {
        route.path for route in ROUTES
    }


@pytest.mark.parametrize("pair", PAIRS, ids=name)
def test_every_method_declares_who_may(pair):
    route, method = pair

    assert issubclass(route.view, Endpoint)
    assert route.view.required_scopes.get(method) in {ANYBODY, SIGNED_IN, *Scope}


@pytest.mark.parametrize("pair", PAIRS, ids=name)
def test_only_the_listed_routes_are_open_to_anybody(pair):
    route, method = pair

    assert (route.view.required_scopes[method] == ANYBODY) == (route.path in OPEN)


@pytest.mark.parametrize("pair", [p for p in PAIRS if p[0].path not in OPEN], ids=name)
def test_nothing_else_answers_without_a_credential(pair, anonymous):
    route, method = pair
    path = "/" + "/".join("1" if part.startswith("<") else part for part in route.path.split("/"))
    if "<uuid:" in route.path:
        path = path.replace("/1", "/00000000-0000-4000-8000-000000000000")

    answer = anonymous.generic(method, path)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="taskflow", error="invalid_token"'
    assert answer.json()["code"] == "unauthorized"


@pytest.mark.parametrize("included", LATER, ids=lambda included: included.urlconf_name)
def test_routes_that_are_loaded_later_begin_as_it_is_said(included):
    paths = [str(pattern.pattern) for pattern in included.url_patterns]
    beginnings = included.pattern.beginnings

    assert all(path.startswith(beginnings) for path in paths)
    assert all(any(path.startswith(each) for path in paths) for each in beginnings)
