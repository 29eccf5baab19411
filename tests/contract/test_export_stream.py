"""A large export from a real server: it takes no memory, and one that breaks off says so."""

import json
import os
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path

import psycopg
import pytest

from local.environment import DATABASE_URL
from tests.serving import HOST, cut_off, fresh_database, manage, serving

pytestmark = pytest.mark.only_on("postgresql")  # a connection that can be ended from outside

TASKS, EACH = 4_000, 10_000
AS_ALICE = {"Authorization": "Bearer dev:@alice"}
COPY = """
INSERT INTO tasks_task ({columns}) SELECT {columns} FROM
(SELECT (t).* FROM (SELECT jsonb_populate_record(t, '{{"description": "{text}"}}') AS t
 FROM tasks_task t) one) copied, generate_series(2, {tasks})
"""


@pytest.fixture(scope="module")
def database():
    with fresh_database() as url:
        manage("migrate", **{DATABASE_URL: url})
        yield url


@pytest.fixture(scope="module")
def server(database):
    """Serve a board of forty megabytes from one worker."""
    with serving({DATABASE_URL: database, "WEB_CONCURRENCY": "1"}) as running:
        running.ask("POST", "/api/tasks", '{"title": "Sand"}',
                    **AS_ALICE, Content_Type="application/json")  # fmt: skip
        with psycopg.connect(database, autocommit=True) as admin:
            found = admin.execute(
                "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns"
                " WHERE table_name = 'tasks_task' AND column_name <> 'id'"
            ).fetchone()
            assert found is not None
            admin.execute(COPY.format(columns=found[0], text="x" * EACH, tasks=TASKS).encode())
        yield running


def resident(server):
    """Return the most memory that any process of the server ever had, in bytes."""
    group = os.getpgid(server.process.pid)
    processes = [each for each in Path("/proc").iterdir() if each.name.isdigit()]
    sizes = [_peak(each) for each in processes if _group(each) == group]
    return max(sizes) * 1024


def _group(process):
    try:
        return os.getpgid(int(process.name))
    except ProcessLookupError:
        return None


def _peak(process):
    for line in (process / "status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def begin(server):
    connection = HTTPConnection(HOST, server.port, timeout=60)
    connection.request("GET", "/api/tasks/export", headers=AS_ALICE)
    return connection, connection.getresponse()


def read_through(server):
    """Read a whole export, a piece at a time; return how many lines and bytes it has."""
    connection, answer = begin(server)
    lines, size = 0, 0
    while piece := answer.read(1 << 20):
        lines, size = lines + piece.count(b"\n"), size + len(piece)
    connection.close()
    return lines, size


def test_a_large_export_is_never_in_memory_and_when_cut_off_ends_without_its_end(server, database):
    server.get("/api/tasks/export?q=Nothing", **AS_ALICE)
    before = resident(server)

    lines, size = read_through(server)

    assert (lines, size > TASKS * EACH) == (TASKS, True)
    assert resident(server) - before < size / 2

    connection, answer = begin(server)
    first = answer.readline()
    cut_off(database)
    with pytest.raises(IncompleteRead):
        answer.read()

    connection.close()
    assert (answer.status, json.loads(first)["title"]) == (200, "Sand")
