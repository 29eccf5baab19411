"""The OpenAPI document: whole, valid, true to the service, and the same in every process."""

import json
import re
from collections import Counter
from inspect import cleandoc

import pytest
from django.core.management import call_command
from django.urls import get_resolver
from django.urls.resolvers import URLResolver

from accounts.views import SignIn
from config import docs
from tests.serving import run

PUBLISHED = ("api/", "oauth/", ".well-known/", "health")


def routes(resolver=None, before=""):
    """Yield path template and view class of every route of the API."""
    for pattern in (resolver or get_resolver()).url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, path)
        elif path.startswith(PUBLISHED):
            yield path, vars(pattern.callback)["view_class"]


@pytest.fixture(scope="module")
def document():
    return json.loads(docs.document())


@pytest.fixture(scope="module")
def operations(document):
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def resolved(document, part):
    while "$ref" in part:
        _, _, kind, name = part["$ref"].split("/")
        part = document["components"][kind][name]
    return part


def expected(where, operation):
    """Return the refusals that an operation of this shape can give."""
    method, path = where
    found = {"400", "429", "503"}
    found |= {"401", "403"} if "security" in operation else set()
    found |= {"404"} if "{" in path else set()
    found |= {"409"} if method != "GET" else set()
    found |= {"413", "415"} if "requestBody" in operation else set()
    return found if path.startswith("/oauth/") else found | {"422"}


def test_it_is_valid_and_nothing_had_to_be_guessed(capsys):
    call_command("spectacular", validate=True, fail_on_warn=True)

    assert "openapi: 3.1" in capsys.readouterr().out


def test_every_route_and_method_is_in_it(operations):
    served = {
        (method.upper(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{path}"))
        for path, view in routes()
        for method in view.http_method_names
        if method != "head" and hasattr(view, method)
    }

    assert served == operations.keys()


def test_every_operation_documents_its_refusals(operations):
    missing = {
        where: refusals - operation["responses"].keys()
        for where, operation in operations.items()
        if (refusals := expected(where, operation)) - operation["responses"].keys()
    }

    assert missing == {}


def test_every_refusal_is_the_one_problem(document, operations):
    bodies = [
        media["schema"]
        for operation in operations.values()
        for status, response in operation["responses"].items()
        if status >= "400"
        for media in resolved(document, response)["content"].values()
    ]

    assert all(body == {"$ref": "#/components/schemas/Problem"} for body in bodies)


def test_every_answer_carries_the_request_id(document, operations):
    silent = [
        (where, status)
        for where, operation in operations.items()
        for status, response in operation["responses"].items()
        if "X-Request-ID" not in resolved(document, response).get("headers", {})
    ]

    assert silent == []


def test_operation_ids_are_unique(operations):
    ids = Counter(operation["operationId"] for operation in operations.values())

    assert [name for name, times in ids.items() if times > 1] == []


def test_the_needed_scope_stands_in_security_and_text(operations):
    for (method, path), operation in operations.items():
        for scope in (operation.get("security") or [{}])[0].get("bearer", []):
            assert f"Needs the scope `{scope}`." in operation["description"], (method, path)


def test_it_is_the_same_in_every_process():
    ask = (
        "import django; django.setup();"
        "from config import docs; import sys; sys.stdout.buffer.write(docs.document())"
    )
    environ = {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONHASHSEED": "1"}

    assert run(["-c", ask], environ).encode() == docs.document()


def test_a_docstring_is_told_as_it_stands_and_heads_its_operation(operations):
    told, docstring = operations["POST", "/api/token"], cleandoc(SignIn.post.__doc__ or "")

    assert docstring in told["description"]
    assert told["summary"] == docstring.splitlines()[0].rstrip(".")
