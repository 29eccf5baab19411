"""What stands on standard output: one JSON object per request, true and without secrets."""

import json
import secrets
import socket

import pytest

from config.contract import Stage
from tests.environments import deployed
from tests.serving import HOST, fresh_database, manage, serving

# A deployed stage, where logs are JSON, refuses SQLite.
pytestmark = pytest.mark.only_on("postgresql")

CANARY = secrets.token_urlsafe(32)
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ROBO = {"Authorization": f"Bearer dev:{CANARY}:@robo"}
# Line breaks, a terminal's escape sequence, a change of writing direction.
FORGED = "%0d%0a%1b%5b31m%e2%80%ae"


@pytest.fixture(scope="module")
def environ():
    with fresh_database() as url:
        environ = deployed(
            Stage.DEV,
            DATABASE_URL=url,
            ALLOWED_HOSTS=HOST,
            ALLOW_DEV_AUTH_BYPASS="true",
            DEV_BYPASS_SECRET=CANARY,
        )
        manage("migrate", "--verbosity=0", **environ)
        manage("create_agent", "@robo", **environ)
        yield environ


@pytest.fixture(scope="module")
def server(environ):
    with serving(environ) as server:
        yield server


def line_of(server, request_id):
    """Return the one line that a request left."""
    server.wait_for(request_id)
    (line,) = [json.loads(line) for line in server.lines if request_id in line]
    return line


def send(server, raw):
    with socket.create_connection((HOST, server.port), timeout=10) as connection:
        connection.sendall(raw)
        with connection.makefile("rb") as stream:
            return stream.read()


def test_a_request_leaves_one_line_that_says_who_what_and_how_long(server):
    answer = server.get("/api/me", **ROBO, X_Request_ID="who-what-how-long")

    line = line_of(server, "who-what-how-long")

    assert answer.status == 200
    assert line["severity"] == "INFO"
    assert (line["method"], line["route"], line["status"]) == ("GET", "api/me", 200)
    assert (line["actor"], line["actor_type"]) == ("@robo", "agent")
    assert 0 < line["ms"] < 60_000


def test_a_minted_request_id_is_the_same_in_answer_and_line(server):
    answer = server.get("/health", X_Request_ID="too short")

    line = line_of(server, answer.headers["X-Request-ID"])

    assert line["path"] == "/health"
    assert "actor" not in line


@pytest.mark.parametrize(
    "header",
    [
        {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"},
        {"X_Cloud_Trace_Context": f"{TRACE}/123;o=1"},
    ],
    ids=["W3C", "Google"],
)
def test_a_line_joins_the_trace_of_its_request(server, header):
    answer = server.get("/health", **header)

    line = line_of(server, answer.headers["X-Request-ID"])

    assert line["logging.googleapis.com/trace"] == TRACE


def test_no_path_or_header_forges_a_line(server):
    head = f"GET /api/{FORGED} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n".encode()
    unseen = b"X-Request-ID: forged-line\r\nUser-Agent: a\xe2\x80\xaeb\r\n\r\n"
    assert b"404 Not Found" in send(server, head + unseen)
    assert b"400 Bad Request" in send(server, head + b"traceparent: \x1b[31m\r\n\r\n")

    line = line_of(server, "forged-line")
    server.wait_for("Invalid request")

    assert line["path"] == "/api/\r\n\x1b[31m\u202e"
    assert all(json.loads(line)["severity"] for line in server.lines)
    assert "".join(server.lines).replace("\n", "").isprintable()


def test_a_secret_stands_in_no_line_wherever_it_was_sent(environ):
    broken = f'{{"password": "{CANARY}'
    with serving(environ) as server:
        server.get("/api/me", **ROBO)
        server.get(f"/api/me?token={CANARY}", Authorization=f"Bearer {CANARY}")
        server.get(f"/nowhere?q={CANARY}", X_Admin_API_Key=CANARY, Cookie=CANARY)
        server.ask(
            "POST", "/api/token", f'{{"password": "{CANARY}', Content_Type="application/json"
        )
        server.ask("POST", "/oauth/token", broken, Authorization=f"Basic {CANARY}")
        send(server, f"GET / HTTP/1.1\r\nHost: {HOST}\r\nAuthorization {CANARY}\r\n\r\n".encode())
        server.wait_for("Invalid request")
        said = server.stop()

    assert said.count('"method"') == 5
    assert CANARY not in said


def test_every_line_is_json_from_the_first_to_the_last(environ):
    with serving(environ) as server:
        server.get("/api/me", **ROBO)
        server.stop()

    lines = [json.loads(line) for line in server.lines]

    assert {line["severity"] for line in lines} == {"INFO"}
    assert lines[0]["message"].startswith("Starting gunicorn")
    assert lines[-1]["message"].startswith("Shutting down")
