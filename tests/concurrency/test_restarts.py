"""Revisions come and go behind the switch: nobody notices, and each comes and goes quickly."""

import subprocess
import time
from pathlib import Path

import pytest

from deploy.rehearsal.load import Load
from deploy.rehearsal.revisions import Revision
from deploy.rehearsal.switch import Switch
from local.check import production
from local.environment import ROOT
from tests.contract.test_gunicorn import BODY, in_flight, rest_of
from tests.serving import fresh_database, manage

# Production refuses SQLite.
pytestmark = pytest.mark.only_on("postgresql")

HOST = "taskflow.example.com"
READY = "/health/ready"


@pytest.fixture(scope="module")
def environment():
    """What production gives a revision, with a database of its own."""
    with fresh_database() as url:
        manage("migrate", "--verbosity=0", DATABASE_URL=url)
        yield {**production(url), "ALLOWED_HOSTS": f"{HOST},127.0.0.1"}


@pytest.fixture
def start(environment, tmp_path):
    """Start revisions; stop those that are left."""
    started = []

    def revision(name="taskflow-1", path=READY):
        started.append(Revision(name, ROOT, environment, tmp_path / f"{name}.log"))
        assert started[-1].becomes_ready(path, 30), started[-1].last_words()
        return started[-1]

    yield revision
    for each in started:
        each.stop()


@pytest.fixture
def switch():
    found = Switch(HOST)
    yield found
    found.close()


def test_rolling_restarts_drop_no_request(start, switch, rounds):
    serving = start()
    switch.send_to(serving.port)
    load = Load(switch.url)
    load.start()

    for number in range(rounds(2, full=20)):
        following = start(f"taskflow-{number + 2}")
        switch.send_to(following.port)
        assert switch.drained(serving.port)
        serving.stop()
        assert serving.process.returncode == 0
        serving = following
    load.stop()

    assert not load.lost
    assert load.answered > 10


def test_a_request_of_three_seconds_is_answered_though_the_end_was_asked_for(start, rounds):
    for _ in range(rounds(1, full=3)):
        revision = start()
        with in_flight(revision) as connection:
            began = time.monotonic()
            revision.process.terminate()
            with pytest.raises(subprocess.TimeoutExpired):
                revision.process.wait(3)

            connection.sendall(BODY)

            assert rest_of(connection).startswith("HTTP/1.1 401 ")
            assert revision.process.wait(10) == 0
            assert time.monotonic() - began < 10


def test_a_cold_start_is_cheap(start, rounds):
    for _ in range(rounds(1, full=5)):
        revision = start(path="/health")
        processes = [*_family(revision.process.pid)]

        assert sum(map(_cpu_seconds, processes)) <= 1.5
        assert sum(map(_megabytes, processes)) <= 110


def _family(pid):
    """Yield a process and all that came from it."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from _family(int(child))


def _cpu_seconds(pid):
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / 100


def _megabytes(pid):
    """What the process has for itself, and its part of what it shares."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
