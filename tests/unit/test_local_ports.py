"""`make run` serves on the port it was told, or says in one sentence what to do."""

import socket

import pytest

from local.environment import CannotStart
from local.ports import HOST, free_port


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.parametrize("text", ["", " ", "abc", "0", "-1", "65536", "8000x", "1e3", "٨٠٠٠"])
def test_what_is_no_port_is_refused(monkeypatch, text):
    monkeypatch.setenv("PORT", text)

    with pytest.raises(CannotStart, match=r"is no port: give a number .* or leave it out\.$"):
        free_port()


def test_a_taken_port_is_refused_with_one_that_is_free(monkeypatch, taken_port):
    monkeypatch.setenv("PORT", str(taken_port))

    with pytest.raises(CannotStart) as refusal:
        free_port()

    assert str(refusal.value).startswith(f"Port {taken_port} is taken by another program; run ")
    monkeypatch.setenv("PORT", str(refusal.value).partition("PORT=")[2].rstrip("`."))
    assert free_port() != taken_port


def test_a_free_port_is_taken_as_it_is(monkeypatch, taken_port):
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        free = probe.getsockname()[1]

    monkeypatch.setenv("PORT", str(free))

    assert free_port() == free
