"""The keys answered without Django's cycle: the same answer to the plain, all others passed on."""

import io
import logging
from datetime import timedelta

import pytest
import time_machine
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from accounts.vault import VAULT
from config.quick import PATHS, Quick
from tests.keys import rotate
from wire.clock import now

pytestmark = pytest.mark.django_db

JWKS = "/.well-known/jwks.json"
PLAIN = {"PATH_INFO": JWKS, "HTTP_X_REQUEST_ID": "one-and-the-same"}
NOT_PLAIN = {
    "another path": {"PATH_INFO": "/health"},
    "a longer path": {"PATH_INFO": f"{JWKS}/"},
    "HEAD": {"REQUEST_METHOD": "HEAD"},
    "POST": {"REQUEST_METHOD": "POST"},
    "a query": {"QUERY_STRING": "kid=1"},
    "a body": {"CONTENT_LENGTH": "2", "wsgi.input": io.BytesIO(b"{}")},
    "a body of unknown length": {"HTTP_TRANSFER_ENCODING": "chunked"},
    "another media type": {"HTTP_ACCEPT": "text/html"},
    "problems": {"HTTP_ACCEPT": "application/problem+json"},
    "another host": {"HTTP_HOST": "elsewhere.example.org"},
    "no host": {"HTTP_HOST": ""},
    "a host that is none": {"HTTP_HOST": "a b"},
}


PLACE = frozenset(
    {"created", "msecs", "relativeCreated", "pathname", "filename", "module", "lineno", "funcName"}
)


def environ(**more):
    return {
        "REQUEST_METHOD": "GET", "QUERY_STRING": "", "SERVER_NAME": "testserver",
        "SERVER_PORT": "80", "HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), **PLAIN, **more,
    }  # fmt: skip


def answered(application, **more):
    """Return status, headers and body."""
    begun = []
    content = application(environ(**more), lambda status, headers: begun.append((status, headers)))
    body = b"".join(content)
    if hasattr(content, "close"):
        content.close()
    ((status, headers),) = begun
    return status, sorted(headers), body


def nobody(environ, start_response):
    raise AssertionError("passed on")


@pytest.fixture
def handler(signing_key):
    """Django's own, with a key and a ring that was read; it leaves the test its connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    handler = WSGIHandler()
    answered(handler)
    yield handler
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("known", ["", "{}", "W/{}", '"other", {}', "*", '"other"', "nonsense"])
def test_the_plain_are_answered_as_by_django(handler, path, known):
    tag = dict(answered(handler, PATH_INFO=path)[1])["ETag"]
    asked = {"PATH_INFO": path, "HTTP_IF_NONE_MATCH": known.format(tag)}

    assert answered(Quick(nobody), **asked) == answered(handler, **asked)


@pytest.mark.parametrize(
    "more",
    [
        {"HTTP_ACCEPT": "application/json"},
        {"HTTP_AUTHORIZATION": "Bearer x"},
        {"HTTP_ORIGIN": "https://elsewhere.example.org"},
        {"HTTP_COOKIE": "a=b"},
        {"HTTP_HOST": "127.0.0.1:8000"},
    ],
)
def test_nothing_of_the_caller_decides_the_answer(handler, more):
    assert answered(Quick(nobody), **more) == answered(handler, **more)


@pytest.mark.parametrize("more", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_all_others_are_passed_on(handler, more):
    with pytest.raises(AssertionError, match="passed on"):
        answered(Quick(nobody), **more)

    assert answered(Quick(handler), **more)[:2] == answered(handler, **more)[:2]


def test_a_ring_that_has_to_be_read_is_not_read_here(handler):
    VAULT.forget()

    with pytest.raises(AssertionError, match="passed on"):
        answered(Quick(nobody))
    assert answered(Quick(handler)) == answered(handler)


def test_a_new_key_is_shown_as_soon_as_by_django(handler):
    before = answered(Quick(nobody))
    rotate(now())
    answered(handler)

    after = answered(Quick(nobody))

    assert before != after == answered(handler)


def test_a_ring_grows_stale(handler):
    tomorrow = now() + timedelta(days=1)

    with time_machine.travel(tomorrow), pytest.raises(AssertionError, match="passed on"):
        answered(Quick(nobody))


def test_ids_are_kept_or_made_alike(handler):
    kept, made = (
        dict(answered(Quick(nobody), HTTP_X_REQUEST_ID=given)[1])["X-Request-ID"]
        for given in ("well-formed", "no id")
    )

    assert kept == "well-formed"
    assert len(made) == 32


def test_the_line_is_the_same(handler, caplog):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    caplog.set_level(logging.INFO, "taskflow.request")
    for application in (handler, Quick(nobody)):
        answered(application, HTTP_TRACEPARENT=f"00-{trace}-00f067aa0ba902b7-01")

    first, second = (
        {name: value for name, value in vars(record).items() if name not in {"ms", *PLACE}}
        for record in caplog.records
    )
    assert first == second
    assert first["route"] == ".well-known/jwks.json"
    assert first["logging.googleapis.com/trace"] == trace
