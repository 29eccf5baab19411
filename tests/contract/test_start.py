"""What a start loads, and the calls that most processes answer; nothing of what few ask for."""

import json
from importlib.util import find_spec

import pytest

from tests.serving import fresh_database, manage, run

# Loaded with whoever first needs it: a page, a command, an outside method, a setting.
LATER = (
    "accounts.admin",
    "audit.admin",
    "audit.seal_views",
    "config.console_urls",
    "config.docs_urls",
    "config.openapi",
    "console.site",
    "cryptography.x509",
    "django.contrib.postgres",
    "django.test",
    "drf_spectacular.openapi",
    "drf_spectacular.plumbing",
    "events.views",
    "google.auth",
    "inflection",
    "jsonschema",
    "migrations_ops.admin",
    "migrations_ops.operations",
    "migrations_ops.views",
    "prometheus_client",
    "pygments",
    "redis",
    "requests",
    "rich",
    "tasks.admin",
    "uritemplate",
    "urllib3",
    "yaml",
)

# As gunicorn does it: its settings first, then the application, then workers and their requests.
START = """
import gc, io, json, sys
from types import SimpleNamespace
from config import gunicorn
from config.wsgi import application
from django.db import connection

gunicorn.on_starting(None)
is_collected_while_loading = gc.isenabled()
is_connected = connection.connection is not None
gunicorn.pre_fork(None, SimpleNamespace())

def call(method, path, body=b""):
    said = []
    answer = application({
        "REQUEST_METHOD": method, "PATH_INFO": path, "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1", "HTTP_AUTHORIZATION": "Bearer dev:@alice",
        "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body), "wsgi.url_scheme": "http", "REMOTE_ADDR": "127.0.0.1",
    }, lambda status, headers: said.append(int(status[:3])))
    b"".join(answer)
    answer.close()
    return said[0]

calls = [call("GET", "/health"), call("POST", "/api/tasks", b'{"title": "Water the plants"}'),
         call("GET", "/api/tasks/1"), call("GET", "/api/tasks"), call("POST", "/api/tasks/1/start"),
         call("GET", "/nothing")]
print(json.dumps({"calls": calls, "modules": sorted(sys.modules), "connected": is_connected,
                  "collected": [is_collected_while_loading, gc.isenabled()]}))
"""


@pytest.fixture(scope="module")
def started():
    with fresh_database() as url:
        manage("migrate", "--verbosity=0", DATABASE_URL=url)
        told = run(["-c", START], {"DATABASE_URL": url})
        return json.loads(told.splitlines()[-1])


@pytest.mark.parametrize("name", LATER)
def test_what_few_ask_for_is_not_loaded_by_a_start_and_the_usual_calls(started, name):
    assert started["calls"] == [200, 201, 200, 200, 200, 404]
    assert "tasks.views" in started["modules"]
    assert find_spec(name)

    assert name not in started["modules"]


def test_the_collector_rests_while_code_is_loaded_and_works_in_workers(started):
    assert started["collected"] == [False, True]


def test_what_is_put_together_before_the_fork_asks_no_database(started):
    assert not started["connected"]


def test_system_checks_look_at_what_a_start_does_not_load():
    ask = (
        "import sys, django; django.setup(); from django.core.checks import run_checks; "
        "run_checks(); print(*sorted(sys.modules))"
    )
    loaded = run(["-c", ask], {"DJANGO_SETTINGS_MODULE": "config.settings"}).split()

    pages = {f"{app}.admin" for app in ("accounts", "audit", "migrations_ops", "tasks")}
    assert {*pages, "config.console_urls", "config.docs_urls", "migrations_ops.checks"} <= {*loaded}
