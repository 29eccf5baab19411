"""The launcher of the embedded PostgreSQL, with real servers."""

import os
import shutil
import signal
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from local.database import Database, Engine, local_database, remember
from local.postgres import Cluster

pytestmark = pytest.mark.one_lane


@pytest.fixture
def folder():
    path = Path(tempfile.mkdtemp(prefix="taskflow-"))
    path.chmod(0o711)  # pytest's own folders let no other account through
    yield path
    shutil.rmtree(path)


def cluster_in(folder):
    return Cluster(folder / "postgres", durable=False)


def ask(cluster, question):
    with psycopg.connect(cluster.url) as connection:
        [answer] = connection.execute(question).fetchall()[0]
    return answer


def test_the_server_listens_to_its_owner_alone(folder):
    with cluster_in(folder) as cluster:
        assert ask(cluster, "SHOW server_version").startswith("18.")
        assert ask(cluster, "SHOW listen_addresses") == ""
        assert ask(cluster, "SHOW fsync") == "off"

    assert not cluster.is_running()


def test_whoever_leaves_last_turns_it_off(folder):
    with cluster_in(folder) as first:
        with cluster_in(folder) as second:
            assert second.url == first.url
        assert first.is_running()

    assert not first.is_running()


def test_a_command_has_the_server_of_the_last_run_for_as_long_as_it_takes(monkeypatch, folder):
    cluster = cluster_in(folder)
    remember(Database(Engine.POSTGRES, cluster.url, "because"), folder)
    monkeypatch.setenv("DATABASE_URL", "")  # so that it is put back
    monkeypatch.delenv("DATABASE_URL")

    with local_database(folder):
        assert os.environ["DATABASE_URL"] == cluster.url
        assert ask(cluster, "SELECT 1") == 1

    assert not cluster.is_running()


def kill(cluster):
    """Kill the server as a power cut would, and give its process number to somebody else."""
    pid_file = cluster.data / "postmaster.pid"
    number = pid_file.read_text().splitlines()[0]
    os.kill(int(number), signal.SIGKILL)
    last_moment = time.monotonic() + 10
    while cluster.is_running() and time.monotonic() < last_moment:
        pass
    pid_file.write_text(pid_file.read_text().replace(number, str(os.getpid()), 1))


def test_a_killed_server_starts_again_though_its_number_is_another_programs(folder):
    with cluster_in(folder) as killed:
        kill(killed)

        with cluster_in(folder) as again:
            assert ask(again, "SELECT 1") == 1
