"""Which web pages' scripts may read an answer? Those of the listed origins, without credentials."""

import subprocess
import sys
from functools import cache

import pytest

from local.environment import ROOT
from tests.environments import deployed

LISTED = "https://app.example.com"
STRANGERS = [
    "null",
    "https://evil.example",
    "https://app.example.com.evil.example",
    "https://evil-app.example.com",
    "https://sub.app.example.com",
    "https://app.example.com:8443",
    "http://app.example.com",
    "https://APP.example.com",
    "https://app.example.com/",
    "https://app.example.com, https://evil.example",
    "*",
    "",
]
PATHS = ["/api/me", "/api/nowhere", "/oauth/token", "/openapi.json"]
KEYS = ["/.well-known/jwks.json", "/api/auth/jwks"]
SENT = ["authorization", "content-type", "idempotency-key", "if-match", "x-request-id"]


@pytest.fixture(autouse=True)
def _listed(settings):
    settings.CORS_ALLOWED_ORIGINS = [LISTED]
    settings.CORS_ALLOW_ALL_ORIGINS = False
    settings.MIDDLEWARE = middleware_where(ALLOWED_ORIGINS=LISTED)


@cache
def middleware_where(**environ):
    """Return what surrounds requests under an environment, as a process of its own says it."""
    shell = [sys.executable, "-c", "from config.settings import MIDDLEWARE; print(*MIDDLEWARE)"]
    said = subprocess.run(
        shell, env=deployed(**environ), capture_output=True, text=True, check=True, cwd=ROOT
    )
    return said.stdout.split()


def preflight(client, path, origin, method="POST", headers="authorization"):
    return client.options(
        path,
        HTTP_ORIGIN=origin,
        HTTP_ACCESS_CONTROL_REQUEST_METHOD=method,
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS=headers,
    )


def granted(answer):
    """Return what the answer allows scripts of other origins."""
    return {name for name in answer.headers if name.startswith("Access-Control")}


@pytest.mark.parametrize("path", PATHS)
def test_a_script_of_a_listed_origin_reads_the_answer(anonymous, path):
    answer = anonymous.get(path, HTTP_ORIGIN=LISTED)

    assert answer["Access-Control-Allow-Origin"] == LISTED
    assert "origin" in answer["Vary"].lower()
    assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.parametrize("origin", STRANGERS)
@pytest.mark.parametrize("path", PATHS)
def test_a_script_of_any_other_origin_does_not(anonymous, path, origin):
    answer = anonymous.get(path, HTTP_ORIGIN=origin)

    assert granted(answer) == set()


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_a_preflight_of_a_listed_origin_names_methods_and_headers(anonymous, method):
    answer = preflight(anonymous, "/api/tasks/1", LISTED, method, ", ".join(SENT))

    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == LISTED
    assert method in answer["Access-Control-Allow-Methods"].split(", ")
    assert set(SENT) <= set(answer["Access-Control-Allow-Headers"].lower().split(", "))
    assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.parametrize("origin", STRANGERS)
def test_a_preflight_of_any_other_origin_allows_nothing(anonymous, origin):
    assert granted(preflight(anonymous, "/api/tasks/1", origin)) == set()


def test_no_preflight_reaches_a_view_or_is_counted(anonymous, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = preflight(anonymous, "/api/me", LISTED)

    assert "RateLimit" not in answer
    assert answer.content == b""


def test_a_script_reads_the_headers_it_needs(as_alice):
    answer = as_alice.get("/api/tasks", HTTP_ORIGIN=LISTED)

    exposed = set(answer["Access-Control-Expose-Headers"].split(", "))
    assert {"Link", "X-Total-Count", "X-Request-ID", "ETag", "Retry-After"} <= exposed
    assert {"RateLimit", "RateLimit-Policy"} <= exposed


@pytest.mark.parametrize("status", [401, 404, 405, 413, 415, 422])
def test_a_script_reads_refusals_too(anonymous, as_alice, status):
    asked = {
        401: lambda: anonymous.get("/api/me", HTTP_ORIGIN=LISTED),
        404: lambda: as_alice.get("/api/nowhere", HTTP_ORIGIN=LISTED),
        405: lambda: as_alice.put("/api/me", {}, HTTP_ORIGIN=LISTED),
        413: lambda: as_alice.post("/api/tasks", {"title": "x" * 2**21}, HTTP_ORIGIN=LISTED),
        415: lambda: as_alice.post(
            "/api/tasks", "x", content_type="text/plain", HTTP_ORIGIN=LISTED
        ),
        422: lambda: as_alice.post("/api/tasks", {}, HTTP_ORIGIN=LISTED),
    }

    answer = asked[status]()

    assert answer.status_code == status
    assert answer["Access-Control-Allow-Origin"] == LISTED


@pytest.mark.parametrize("origin", [LISTED, "https://evil.example", "null"])
@pytest.mark.parametrize("path", KEYS)
def test_everybody_reads_the_public_keys(anonymous, path, origin):
    answer = anonymous.get(path, HTTP_ORIGIN=origin)

    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.parametrize("path", ["/health", "/docs", "/admin/login/"])
def test_pages_are_not_for_other_origins(anonymous, path):
    assert granted(anonymous.get(path, HTTP_ORIGIN=LISTED)) == set()


def test_nothing_looks_for_origins_where_none_is_listed():
    assert "corsheaders.middleware.CorsMiddleware" in middleware_where(ALLOWED_ORIGINS=LISTED)
    assert "corsheaders.middleware.CorsMiddleware" not in middleware_where()
