"""Listening to a real server: what happens is heard, and listening starves nobody."""

import http.client
import json
import re
import time
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import pytest
from django.conf import settings

from tests.serving import HOST, PATIENCE_SECONDS, fresh_database, manage, serving

STREAMS = 2


@pytest.fixture(scope="module")
def environ():
    with fresh_database() as url:
        manage("migrate", "--verbosity=0", DATABASE_URL=url)
        manage("create_agent", "@robo", DATABASE_URL=url)
        yield {
            "DATABASE_URL": url, "WEB_CONCURRENCY": "1", "WEB_THREADS": "4", "DB_POOL_SIZE": "1",
            "STANDING_CACHE_SECONDS": "0",
        }  # fmt: skip


@pytest.fixture(scope="module")
def server(environ):
    with serving(environ) as running:
        yield running


class Stream:
    """A stream that somebody listens to."""

    def __init__(self, server, handle, after, **headers):
        self.connection = http.client.HTTPConnection(HOST, server.port, timeout=PATIENCE_SECONDS)
        named = {"Accept": "text/event-stream", "Authorization": f"Bearer dev:{handle}", **headers}
        self.connection.request("GET", f"/api/events?after={after}" if after else "/api/events",
                                headers=named)  # fmt: skip
        self.answer = self.connection.getresponse()

    def event(self):
        """Return the next event: its fields, with `data` read; None at the end of the stream."""
        fields: dict[str, str] = {}
        while line := self.answer.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if name in {"id", "event", "data"}:
                fields[name] = value
            elif not line.strip() and fields:
                return {**fields, "data": json.loads(fields["data"])}
        return None

    def close(self):
        self.answer.close()
        self.connection.close()


@contextmanager
def listening(server, handle="@alice", after="", **headers):
    """Listen; before, until there is room: who has gone is noticed with the next sign of life."""
    patient_until = time.monotonic() + PATIENCE_SECONDS
    while (stream := Stream(server, handle, after, **headers)).answer.status == 503:
        stream.close()
        assert time.monotonic() < patient_until
    with closing(stream):
        yield stream


def ask(server, method, path, body=None, handle="@alice"):
    text = None if body is None else json.dumps(body)
    bearer = f"Bearer dev:{handle}"
    return server.ask(method, path, text, Authorization=bearer, Content_Type="application/json")


def latest(server):
    """Return the cursor of the last event there is: of a change made for that."""
    task = ask(server, "POST", "/api/tasks", {"title": "Sand"}).data
    patient_until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < patient_until:
        found = ask(server, "GET", "/api/events?limit=100").data
        if found and found[-1]["task_id"] == task["id"]:
            return found[-1]["cursor"]
    raise AssertionError("it was never settled")


def test_what_happens_is_heard_as_the_board_tells_it(server):
    with listening(server, after=latest(server)) as stream:
        task = ask(server, "POST", "/api/tasks", {"title": "Paint\nit"}).data
        heard = stream.event()

    assert stream.answer.headers["Content-Type"] == "text/event-stream"
    assert stream.answer.headers["Cache-Control"] == "no-store"
    (told,) = (e for e in ask(server, "GET", "/api/events").data if e["task_id"] == task["id"])
    assert heard == {"id": told["cursor"], "event": "task.created", "data": told}


def test_who_comes_back_goes_on_where_they_were(server):
    before = latest(server)
    numbers = [ask(server, "POST", "/api/tasks", {"title": "x"}).data["id"] for _ in range(3)]

    with listening(server, after=before) as stream:
        first = stream.event()
    with listening(server, after=before, **{"Last-Event-ID": first["id"]}) as stream:
        rest = [stream.event() for _ in range(2)]

    assert [event["data"]["task_id"] for event in (first, *rest)] == numbers


def test_the_follower_of_the_page_hears_what_happens(server):
    page = (settings.ROOT / "docs" / "events.md").read_text()
    code, _ = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {"__name__": "snippet"}
    exec(compile(code, "docs/events.md", "exec"), names)
    names["BOARD"] = f"http://{HOST}:{server.port}"
    before = latest(server)
    task = ask(server, "POST", "/api/tasks", {"title": "Sand"}).data

    with closing(names["follow"]("dev:@alice", before)) as events:
        assert next(events)["task_id"] == task["id"]


def test_there_are_so_many_and_no_more_and_all_else_goes_on(server):
    latest(server)
    with ExitStack() as stack:
        for _ in range(STREAMS):
            one = stack.enter_context(listening(server))
            assert one.event()["event"] == "task.created"
        refused = stack.enter_context(closing(Stream(server, "@alice", "")))
        told = json.load(refused.answer)
        answers = [ask(server, "GET", "/api/tasks?limit=1").status for _ in range(20)]

    assert (refused.answer.status, refused.answer.headers["Retry-After"]) == (503, "5")
    assert refused.answer.headers["Content-Type"] == "application/json"
    assert told["code"] == "too_many_streams"
    assert answers == [200] * 20
    with listening(server) as again:
        assert again.event()


@pytest.mark.parametrize(
    ("after", "status", "code"), [("nonsense", 422, "validation_failed"),
                                  ("AAAAAAAAAAAAAAAAAAAAAA", 410, "cursor_expired")],
)  # fmt: skip
def test_a_refusal_is_told_as_everywhere(server, after, status, code):
    with listening(server, after=after) as stream:
        assert stream.answer.status == status
        assert json.load(stream.answer)["code"] == code


def test_who_may_not_listen_any_more_hears_no_more(server, environ):
    with listening(server, handle="@robo", after=latest(server)) as stream:
        ask(server, "POST", "/api/tasks", {"title": "Before"})
        assert stream.event()["data"]["data"]["title"] == "Before"
        manage("principal", "disable", "@robo", DATABASE_URL=environ["DATABASE_URL"])
        ask(server, "POST", "/api/tasks", {"title": "After"})

        assert stream.event() is None


def test_a_stream_ends_after_a_while(environ):
    with serving({**environ, "EVENT_STREAM_SECONDS": "1"}) as brief, listening(brief) as stream:
        while stream.event():
            pass

        assert stream.answer.isclosed()


def test_a_server_that_stops_ends_its_streams_and_is_gone_soon(environ):
    with serving(environ) as stopping, listening(stopping) as stream:
        latest(stopping)
        assert stream.event()
        began = time.monotonic()
        stopping.stop()

        while stream.event():
            pass
        assert stream.answer.isclosed()
        assert time.monotonic() - began < 5  # GRACEFUL_TIMEOUT_SECONDS is 8
