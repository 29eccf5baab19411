"""The rehearsal's clone of a database: what it was at a moment, and from then on its own."""

from contextlib import closing

import psycopg
import pytest

from deploy.rehearsal.databases import MAIN, Databases
from deploy.rehearsal.places import socket_folder
from deploy.rehearsal.project import PROJECT, REGION, Refused
from local.postgres import throw_away

# A server of its own: one lane is enough.
pytestmark = pytest.mark.only_on("postgresql")


@pytest.fixture(scope="module")
def databases(tmp_path_factory):
    place = tmp_path_factory.mktemp("rehearsal")
    with throw_away() as cluster, closing(Databases(cluster, place)) as found:
        yield lambda name: f"{PROJECT}:{REGION}:{name}", place, found


def run(place, instance, statement):
    """Run a statement where the instance's name leads; return the rows."""
    url = f"postgres://taskflow@/taskflow?host={socket_folder(place, instance)}"
    with psycopg.connect(url, autocommit=True) as session:
        done = session.execute(statement)
        return done.fetchall() if done.description else []


def test_a_clone_is_what_was_committed_at_its_moment(databases):
    named, place, found = databases
    run(place, named(MAIN), "CREATE TABLE told AS SELECT 'before' AS word")
    ((moment,),) = run(place, named(MAIN), "SELECT clock_timestamp()")
    run(place, named(MAIN), "UPDATE told SET word = 'after'")

    found.clone(MAIN, "restored", moment.isoformat())
    run(place, named("restored"), "INSERT INTO told VALUES ('its own')")

    assert run(place, named("restored"), "SELECT word FROM told") == [("before",), ("its own",)]
    assert run(place, named(MAIN), "SELECT word FROM told") == [("after",)]
    assert found.names() == [MAIN, "restored"]


@pytest.mark.parametrize(
    ("source", "target", "moment"),
    [
        (MAIN, "another", "9999-01-01T00:00:00Z"),
        (MAIN, "another", "2026-03-01T11:59:00"),
        (MAIN, "another", "yesterday"),
        (MAIN, MAIN, "2026-03-01T11:59:00Z"),
        ("elsewhere", "another", "2026-03-01T11:59:00Z"),
        (MAIN, "another", "2001-01-01T00:00:00Z"),  # before the backup
    ],
)
def test_a_clone_that_cannot_be_is_refused_and_leaves_nothing(databases, source, target, moment):
    named, place, found = databases

    with pytest.raises(Refused):
        found.clone(source, target, moment)

    assert "another" not in found.names()
    assert not socket_folder(place, named("another")).exists()
