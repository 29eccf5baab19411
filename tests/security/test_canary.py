"""A secret that somebody shows, in the right place or a wrong one, is told to nobody else."""

import base64
import json
import logging
import secrets
from itertools import product

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.core import serializers
from django.test import RequestFactory
from django.urls import reverse
from rest_framework.test import APIClient

from audit.models import Entry
from config.logging import JSONFormatter
from console import pages
from tests.architecture.routes import api_routes
from tests.oauth import EXCHANGE, TYPE, basic
from tests.oneshots import mint, run
from tests.people import PASSWORD

pytest_plugins = ["tests.oauth_fixtures", "tests.oneshot_fixtures"]

CANARY = f"canary-{secrets.token_hex(16)}"
BASIC = base64.b64encode(f"agent_robo:{CANARY}".encode()).decode()
MEMBERS = (
    "password", "refresh", "token", "secret", "grant_type", "client_secret", "refresh_token",
    "subject_token", "actor_token", "client_assertion", "surprise",
)  # fmt: skip
HEADERS = {
    "X-Admin-API-Key": CANARY, "X-Migration-Token": CANARY, "Cookie": f"sessionid={CANARY}",
    "Proxy-Authorization": f"Bearer {CANARY}", "X-CSRFToken": CANARY, "If-Match": f'"{CANARY}"',
    "Idempotency-Key": CANARY, "Referer": f"http://testserver/?token={CANARY}",
    "traceparent": CANARY, "X-Forwarded-For": CANARY, "Origin": f"https://{CANARY}.example",
}  # fmt: skip
SHOWN = [f"Bearer {CANARY}", f"Bearer a.{CANARY}.c", f"Basic {BASIC}", "Bearer dev:@admin"]
BODIES = [
    ("application/json", json.dumps(dict.fromkeys(MEMBERS, CANARY))),
    ("application/json", f'{{"password": "{CANARY}'),
    ("application/x-www-form-urlencoded", "&".join(f"{name}={CANARY}" for name in MEMBERS)),
]
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def said(caplog, capfd):
    """All that was written so far: output, and each record as a deployed stage spells it."""
    caplog.set_level(logging.INFO)

    def read():
        lines = map(JSONFormatter().format, caplog.records)
        return "\n".join((*lines, *capfd.readouterr()))

    return read


def entries():
    return str(list(Entry.objects.values()))


def path_of(route):
    parts = (
        (NOBODY if "uuid" in part else "1") if part.startswith("<") else part
        for part in route.path.split("/")
    )
    return "/" + "/".join(parts)


QUERIES = ["", f"?token={CANARY}", f"?access_token={CANARY}&limit={CANARY}"]


def planted(route, method):
    ways = product(SHOWN, QUERIES[:1], BODIES if method != "GET" else BODIES[:1])
    for shown, query, (kind, body) in (*ways, *product(SHOWN[::3], QUERIES[1:], BODIES[:1])):
        headers = {**HEADERS, "Authorization": shown}
        yield APIClient().generic(
            method, path_of(route) + query, body, content_type=kind, headers=headers
        )


@pytest.mark.parametrize("route", api_routes(), ids=lambda route: route.path or "root")
def test_what_was_planted_comes_back_nowhere(route, people, said):
    answers = [answer for method in route.methods for answer in planted(route, method)]

    assert {answer.status_code < 500 for answer in answers} == {True}
    for answer in answers:
        assert CANARY not in f"{answer.headers}{b''.join(answer).decode()}"
    lines = said()
    assert f'"route": "{route.path}"' in lines
    assert CANARY not in lines + entries()


def test_a_query_is_in_no_line_even_of_what_went_wrong():
    request = RequestFactory().get(f"/api/me?token={CANARY}")
    record = logging.makeLogRecord({"msg": "Service Unavailable", "request": request})

    assert CANARY not in JSONFormatter().format(record)


@pytest.fixture
def secrets_in_use(ask, exchange, worker, people, as_carol, raise_cache, whoami):
    """Use everything that is secret, once as it should be and once in each other's place."""
    answer = APIClient().post("/api/token", {"username": "alice", "password": PASSWORD}).data
    pair = APIClient().post("/api/token/refresh", {"refresh": answer["refresh"]}).data
    permit = mint(as_carol)
    given = ask(worker, grant_type="client_credentials").data["access_token"]
    swapped = exchange(pair["access"], worker, actor_token=given, actor_token_type=TYPE + "jwt")
    tokens = {*answer.values(), *pair.values(), given, swapped.data["access_token"], permit}
    known = {value for value in tokens if len(str(value)) > 20} | {worker.client_secret, PASSWORD}
    for secret in known:
        whoami(secret)
        run(as_carol, secret)
        APIClient().post("/api/token/refresh", {"refresh": secret})
        ask(grant_type=EXCHANGE, subject_token=secret, subject_token_type=TYPE + "jwt")
        APIClient().post("/oauth/introspect", headers=basic(worker), data={"token": secret})
        APIClient().post("/api/token", {"username": secret[:200], "password": secret[:900]})
    run(as_carol, permit)
    return known


def console_pages(client):
    pages.load()
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield client.get(reverse(f"{name}_changelist"))
        for row in model._default_manager.all()[:50]:
            yield client.get(reverse(f"{name}_change", args=[quote(row.pk)]))


def test_what_was_used_stands_in_no_line_entry_page_or_row(secrets_in_use, client, people, said):
    client.force_login(people["@admin"])
    pages = [page.content.decode() for page in console_pages(client)]
    own = [m for m in apps.get_models() if m._meta.app_label not in {"sessions", "admin"}]
    rows = [serializers.serialize("json", model._default_manager.all()) for model in own]

    everything = "\n".join((said(), entries(), *pages, *rows))

    assert len(pages) > 20
    assert len(secrets_in_use) == 9
    for secret in secrets_in_use:
        assert str(secret).rpartition(".")[2] not in everything
