"""`make run`, as a developer meets it: real processes, a real database, real signals."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from local.environment import ROOT

pytestmark = pytest.mark.one_lane

HOST = "127.0.0.1"
PATIENCE_SECONDS = 60
CHOICES = ("DB", "DATABASE_URL")


@pytest.fixture
def var():
    path = Path(tempfile.mkdtemp(prefix="taskflow-"))
    path.chmod(0o711)  # pytest's own folders let no other account through
    yield path
    shutil.rmtree(path)


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@pytest.fixture
def start(var):
    """Run `make run`'s program; whatever a test leaves running ends with it."""
    with ExitStack() as running:

        def run(**environment):
            told = {name: text for name, text in os.environ.items() if name not in CHOICES}
            process = running.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "local.run", "--var", str(var)],
                    cwd=ROOT,
                    env={**told, **environment},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            running.callback(process.terminate)
            return process

        yield run


def get(port, path, **headers):
    with closing(http.client.HTTPConnection(HOST, port, timeout=10)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def banner_of(running):
    """Read up to the banner's last line; the server is healthy when it is printed."""
    said = ""
    while "Ctrl-C" not in said:
        line = running.stdout.readline()
        assert line, running.stderr.read()
        said += line
    return said


def left_of(var, port):
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    return [line for line in listed.splitlines() if str(var) in line or f"{HOST}:{port}" in line]


@pytest.mark.parametrize(("engine", "name"), [("sqlite", "SQLite"), ("postgres", "PostgreSQL 18")])
def test_it_serves_until_a_signal_and_leaves_no_process(start, var, port, engine, name):
    running = start(DB=engine, PORT=str(port))
    said = banner_of(running)

    assert name in said
    assert json.loads((var / "people.json").read_text())["@admin"]["password"] in said
    assert get(port, "/health")[1]["status"] == "healthy"
    assert get(port, "/api/tasks", Authorization="Bearer dev:@alice")[0] == 200

    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=PATIENCE_SECONDS)

    assert running.returncode == 0
    assert left_of(var, port) == []


def test_a_taken_port_is_one_sentence(start, port):
    with socket.socket() as listener:
        listener.bind((HOST, port))
        listener.listen()
        said, complained = start(PORT=str(port)).communicate(timeout=PATIENCE_SECONDS)

    assert said == ""
    assert complained.startswith(f"Port {port} is taken by another program; run `make run PORT=")
    assert complained.count("\n") == 1


def test_an_unreachable_database_is_one_sentence_without_its_password(start, port):
    nobody_there = f"postgres://me:open-sesame@{HOST}:{port}/mine"

    refused = start(DATABASE_URL=nobody_there, PORT=str(port))
    said, complained = refused.communicate(timeout=PATIENCE_SECONDS)

    assert refused.returncode == 1
    assert f"at {HOST}, port {port} does not let us in (Connection refused)" in complained
    assert (said, complained.count("\n")) == ("", 1)
    assert "open-sesame" not in complained
