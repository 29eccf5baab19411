"""The server as the platform meets it: forks, signals, limits, and nothing on the side."""

import json
import re
import signal
import socket
import time
from contextlib import ExitStack
from functools import cache

import pytest

from tests.environments import deployed
from tests.serving import COMMAND, HOST, cut_off, fresh_database, manage, run, serving

pytestmark = pytest.mark.one_lane

BODY = b'{"refresh": "never given out"}'
HEAD = (
    "POST /api/token/refresh HTTP/1.1\r\n"
    "Host: 127.0.0.1\r\n"
    "Content-Type: application/json\r\n"
    f"Content-Length: {len(BODY)}\r\n"
    "Expect: 100-continue\r\n\r\n"
).encode()

NO_HTTP = {
    b"GET /health HTTP/1.1\r\nHost: x\r\nX-Long: " + b"canary" * 6_000: "431",
    b"GET /health?" + b"canary" * 2_000 + b" HTTP/1.1\r\nHost: x": "414",
    b"GET /health HTTP/1.1\r\nHost: x\r\nAuthorization canary": "400",
    b"GET /health HTTP/1.1\r\nHost: x\r\nAuthorization: a\r\n canary": "400",
    b"GET /canary canary HTTP/1.1\r\nHost: x": "400",
}


@pytest.fixture(scope="module")
def database():
    with fresh_database() as url:
        manage("migrate", "--verbosity=0", DATABASE_URL=url)
        yield url


@pytest.fixture
def sink():
    """A port that takes connections and says nothing."""
    with socket.create_server((HOST, 0)) as listener:
        listener.setblocking(False)
        yield listener


def in_flight(server):
    """Begin a request and return when the server works on it: it asks for the body."""
    connection = socket.create_connection((HOST, server.port), timeout=60)
    connection.sendall(HEAD)
    assert connection.recv(1000).startswith(b"HTTP/1.1 100 Continue")
    return connection


def rest_of(connection):
    with connection.makefile("rb") as stream:
        return stream.read().decode("latin-1")


def exchange(server, request):
    with socket.create_connection((HOST, server.port), timeout=60) as connection:
        connection.sendall(request)
        return rest_of(connection)


@cache
def settings(*environ):
    """Return every setting as gunicorn understood it."""
    told = run([*COMMAND, "--print-config"], dict(environ))
    return dict(re.findall(r"^(\w+)\s+= (.*)$", told, re.MULTILINE))


def setting(name, **environ):
    return settings(*environ.items())[name]


def test_a_request_in_flight_is_answered_after_sigterm_and_then_the_server_is_gone(database):
    with serving({"DATABASE_URL": database}) as server, in_flight(server) as connection:
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        server.wait_for("Handling signal: term")

        connection.sendall(BODY)
        answer = rest_of(connection)

        assert answer.startswith("HTTP/1.1 401 ")
        assert "refresh_refused" in answer
        assert server.process.wait(10) == 0
        assert time.monotonic() - began < 10


def test_a_request_that_never_ends_does_not_hold_the_server_longer_than_it_may(database):
    environ = {"DATABASE_URL": database, "GRACEFUL_TIMEOUT_SECONDS": "1"}
    with serving(environ) as server, in_flight(server):
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)

        assert server.process.wait(10) == 0
        assert 1 <= time.monotonic() - began < 8


def test_the_platform_s_ten_seconds_are_enough_by_default():
    assert setting("graceful_timeout") == "8"


def test_nobody_is_connected_before_a_request_asks_the_database(sink):
    url = f"postgres://nobody@{HOST}:{sink.getsockname()[1]}/nothing"
    with serving({"DATABASE_URL": url, "DB_CONNECT_TIMEOUT_SECONDS": "1"}) as server:
        assert server.get("/health").status == 200
        with pytest.raises(BlockingIOError):
            sink.accept()

        assert server.get("/api/health/db").status == 503
        sink.accept()[0].close()


def test_no_socket_takes_orders(tmp_path):
    with serving({"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}) as server:
        server.wait_for("Booting worker")
        assert server.get("/health").status == 200
        assert list(tmp_path.rglob("*")) == []

    assert setting("control_socket_disable") == "True"


def test_what_became_of_a_connection_one_request_is_told_and_the_next_has_another(database):
    named = {"Authorization": "Bearer dev:@alice"}
    with serving({"DATABASE_URL": database, "WEB_CONCURRENCY": "1", "WEB_THREADS": "1"}) as server:
        assert server.get("/api/tasks", **named).status == 200
        cut_off(database)
        told, after = server.get("/api/tasks", **named), server.get("/api/tasks", **named)

    assert (told.status, after.status) == (503, 200)
    assert int(told.headers["Retry-After"]) > 0


SERVED = (
    "import django; django.setup(); from config import gunicorn; gunicorn.on_starting(None); "
    "from django.db import close_old_connections, connection; connection.ensure_connection(); "
    "close_old_connections(); print(connection.connection is not None)"
)


@pytest.mark.parametrize(("connections", "are_kept"), [("2", "True"), ("1", "False")])
def test_threads_keep_connections_where_each_can_have_one(database, connections, are_kept):
    environ = {"DATABASE_URL": database, "WEB_THREADS": "2", "DB_POOL_SIZE": connections,
               "DJANGO_SETTINGS_MODULE": "config.settings"}  # fmt: skip

    assert run(["-c", SERVED], environ).splitlines()[-1] == are_kept


def test_threads_and_connections_are_one_number():
    ask = "from config.contract import read; print(read({'WEB_THREADS': '3'}).db_pool_size)"

    assert setting("threads", WEB_THREADS="3") == run(["-c", ask], {}).strip() == "3"


def test_a_developer_s_machine_serves_itself_alone():
    assert setting("bind", PORT="9001") == "['127.0.0.1:9001']"


def test_a_deployed_stage_serves_on_every_address():
    assert setting("bind", **deployed(PORT="9001")) == "['0.0.0.0:9001']"


def test_what_is_no_http_is_refused_and_not_repeated_in_the_log():
    with serving({}) as server:
        answers = [exchange(server, start + b"\r\n\r\n") for start in NO_HTTP]
        said = server.stop()

    assert [answer.split()[1] for answer in answers] == list(NO_HTTP.values())
    assert said.count("Invalid request from ip=127.0.0.1") == len(NO_HTTP)
    assert "canary" not in said


def test_a_token_of_eight_kilobytes_gets_our_own_refusal(database):
    with serving({"DATABASE_URL": database}) as server:
        answer = server.get("/api/me", Authorization=f"Bearer {'x' * 8192}")

    assert (answer.status, answer.data["code"]) == (401, "unauthorized")


def test_no_client_is_believed_about_its_scheme():
    assert setting("forwarded_allow_ips") == "[]"


@pytest.fixture(scope="module")
def narrow(database):
    """A server of two threads, with more on its board than sockets hold on their way."""
    rows = "\n".join(json.dumps({"title": "Long", "description": "x" * 19_900}) for _ in range(52))
    named = {"Authorization": "Bearer dev:@alice", "Content_Type": "application/jsonl"}
    with serving({"DATABASE_URL": database, "WEB_CONCURRENCY": "1", "WEB_THREADS": "2"}) as server:
        for _ in range(8):
            assert server.ask("POST", "/api/tasks/import", rows, **named).status == 201
        yield server


def taking_nothing(server, request):
    """Ask for something, and never take the answer."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((HOST, server.port))
    connection.sendall(request)
    return connection


EXPORT = (
    b"GET /api/tasks/export?format=jsonl HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Authorization: Bearer dev:@alice\r\n\r\n"
)


@pytest.mark.parametrize("request_", [EXPORT, HEAD], ids=["takes nothing", "sends no body"])
def test_clients_that_stall_hold_no_thread_for_ever(narrow, request_):
    with ExitStack() as stalled:
        for _ in range(2):
            connection = stalled.enter_context(taking_nothing(narrow, request_))
            assert connection.recv(9) == b"HTTP/1.1 "

        assert narrow.get("/health").status == 200


def test_a_body_that_never_comes_is_refused_as_one(narrow):
    with in_flight(narrow) as connection:
        assert "HTTP/1.1 400" in rest_of(connection)
