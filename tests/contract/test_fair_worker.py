"""Connections that are kept are shared by the workers, and wait for none that does not come."""

import os
import signal
import socket
from contextlib import ExitStack
from pathlib import Path
from selectors import DefaultSelector
from types import SimpleNamespace
from typing import Any

import pytest

from config import fair_worker
from config.fair_worker import MOST_WORKERS, SLACK, Counts, FairWorker
from tests.serving import HOST, serving

ASKED = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
CONNECTIONS = 40


@pytest.fixture
def server():
    with serving({"WEB_CONCURRENCY": "2"}) as running:
        while len(workers_of(running)) < 2:
            running.wait_for("Booting worker")
        yield running


def workers_of(server):
    return [
        int(child)
        for child in Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
        .read_text()
        .split()
    ]


def sockets_of(pid):
    return sum(str(f.readlink()).startswith("socket:") for f in Path(f"/proc/{pid}/fd").iterdir())


def opened_to(server, stack):
    return stack.enter_context(socket.create_connection((HOST, server.port), timeout=60))


def test_no_worker_takes_nearly_all(server):
    pids = workers_of(server)
    before = [sockets_of(pid) for pid in pids]
    with ExitStack() as stack:
        opened = [opened_to(server, stack) for _ in range(CONNECTIONS)]
        for connection in opened:
            connection.sendall(ASKED)
        for connection in opened:
            assert connection.recv(4096).startswith(b"HTTP/1.1 200")
        held = [sockets_of(pid) - had for pid, had in zip(pids, before, strict=True)]
    assert sum(held) == CONNECTIONS
    assert min(held) >= CONNECTIONS / 4


def test_a_sibling_that_does_not_come_is_not_waited_for(server):
    stopped, _ = workers_of(server)
    os.kill(stopped, signal.SIGSTOP)
    try:
        with ExitStack() as stack:
            for _ in range(CONNECTIONS):
                connection = opened_to(server, stack)
                connection.sendall(ASKED)
                assert connection.recv(4096).startswith(b"HTTP/1.1 200")
    finally:
        os.kill(stopped, signal.SIGCONT)


def test_who_has_more_than_the_one_with_fewest_is_ahead():
    counts = Counts()
    one, other = counts.seat(), counts.seat()
    counts.tell(one, SLACK)
    assert not counts.is_ahead(one)

    counts.tell(one, SLACK + 1)
    assert counts.is_ahead(one)
    assert not counts.is_ahead(other)

    counts.leave(other)
    assert not counts.is_ahead(one)


def test_a_place_is_given_again_and_only_so_many_are():
    counts = Counts()
    places = [counts.seat() for _ in range(MOST_WORKERS)]

    assert counts.seat() is None
    assert not counts.is_ahead(None)
    counts.leave(places[3])
    assert counts.seat() == places[3]


@pytest.fixture
def counts(monkeypatch):
    monkeypatch.setattr(fair_worker, "COUNTS", Counts())
    return fair_worker.COUNTS


@pytest.mark.parametrize("alive", [True, False])
def test_what_a_worker_has_left_is_told_and_that_it_stops(counts, alive):
    worker, sibling = FairWorker.__new__(FairWorker), counts.seat()
    worker.place, worker.nr_conns, worker.alive = counts.seat(), 0, alive
    for place in (worker.place, sibling):
        counts.tell(place, SLACK + 1)

    with DefaultSelector() as worker.poller:
        worker.wait_for_and_dispatch_events(0)

    assert counts.is_ahead(sibling) is alive


@pytest.mark.usefixtures("counts")
def test_whoever_comes_after_one_that_is_gone_has_its_place():
    workers: list[Any] = [SimpleNamespace() for _ in range(3)]
    gone, there, new = workers
    for worker in (gone, there):
        fair_worker.pre_fork(None, worker)

    fair_worker.child_exit(None, gone)
    fair_worker.pre_fork(None, new)

    assert new.place == gone.place != there.place
