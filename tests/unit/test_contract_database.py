"""A database URL becomes Django's settings, with every wait bounded."""

from urllib.parse import quote

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from config.contract import BrokenContract, Stage, read
from tests.environments import deployed

WAITS = (
    "-c statement_timeout=15000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=30000"
)
CLOUD_SQL = "/cloudsql/example-project:europe-west4:board"


def database(url, stage=Stage.PROD, **changes):
    return read(deployed(stage, DATABASE_URL=url, **changes)).database


def complaints(url, **changes):
    with pytest.raises(BrokenContract) as refusal:
        database(url, **changes)
    return [str(problem) for problem in refusal.value.problems]


@pytest.mark.parametrize(
    "url",
    [
        f"postgres://u:p%40ss%2F@/db?host={CLOUD_SQL}",
        f"postgresql://u:p%40ss%2F@/db?host={quote(CLOUD_SQL, safe='')}",
        f"postgres://u:p%40ss%2F@/{CLOUD_SQL}/db",
    ],
)
def test_the_socket_form_of_cloud_sql_is_understood(url):
    found = database(url)

    assert (found["USER"], found["PASSWORD"], found["NAME"]) == ("u", "p@ss/", "db")
    assert (found["HOST"], found["PORT"]) == (CLOUD_SQL, "")


@pytest.mark.parametrize(
    "place, host, port",
    [
        ("10.0.0.3", "10.0.0.3", ""),
        ("db.example.com:6543", "db.example.com", 6543),
        ("[2001:db8::7]:5432", "2001:db8::7", 5432),
        ("one:5432,two:5433", "one,two", "5432,5433"),
    ],
)
def test_the_tcp_form_is_understood(place, host, port):
    found = database(f"postgres://u:p@{place}/db?sslmode=verify-full")

    assert (found["ENGINE"], found["NAME"]) == ("django.db.backends.postgresql", "db")
    assert (found["HOST"], found["PORT"]) == (host, port)
    assert found["OPTIONS"]["sslmode"] == "verify-full"


@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1))
def test_any_percent_encoded_password_arrives_as_it_is(password):
    if "\ufffd" in password:
        return

    assert database(f"postgres://u:{quote(password, safe='')}@h/db")["PASSWORD"] == password


@pytest.mark.parametrize("mark", "#/?[")
@pytest.mark.parametrize("start", ["can", "c%40n"])
def test_a_password_that_cuts_the_url_is_refused_unseen(mark, start):
    told = complaints(f"postgres://u:{start}{mark}ary@h/db")

    assert [complaint.split()[0] for complaint in told] == ["DATABASE_URL"]
    assert "can" not in told[0]
    assert "ary@" not in told[0]


def test_every_wait_is_bounded_and_the_pool_is_small():
    found = database("postgres://u:p@h/db")

    assert (found["CONN_MAX_AGE"], found["CONN_HEALTH_CHECKS"]) == (0, False)
    assert found["OPTIONS"] == {
        "connect_timeout": 5,
        "options": WAITS,
        "pool": {"min_size": 0, "max_size": 4, "timeout": 5},
        "server_side_binding": True,
    }


def test_the_url_cannot_undo_a_wait():
    found = database("postgres://u:p@h/db?options=-c%20statement_timeout%3D0")

    assert found["OPTIONS"]["options"] == f"-c statement_timeout=0 {WAITS}"
    assert complaints("postgres://u:p@h/db?connect_timeout=0")
    for name in ("CONNECT", "STATEMENT", "LOCK", "IDLE_IN_TRANSACTION"):
        assert complaints("postgres://u:p@h/db", **{f"DB_{name}_TIMEOUT_SECONDS": "0"})


@pytest.mark.parametrize(
    "off",
    [
        {"url": "postgres://u:p@h/db?pool=false"},
        {"url": "postgres://u:p@h/db", "DB_POOL_SIZE": "0"},
    ],
)
def test_without_a_pool_connections_may_be_kept(off):
    found = database(**off, DB_CONN_MAX_AGE="60")

    assert "pool" not in found["OPTIONS"]
    assert found["CONN_MAX_AGE"] == 60


@pytest.mark.parametrize(
    "kept",
    [
        {"url": "postgres://u:p@h/db?conn_max_age=60"},
        {"url": "postgres://u:p@h/db", "DB_CONN_MAX_AGE": "1"},
    ],
)
def test_a_pool_beside_kept_connections_is_refused(kept):
    assert [told.split()[0] for told in complaints(**kept)] == ["DB_CONN_MAX_AGE"]


@pytest.mark.parametrize("name", ["conn_health_checks", "disable_server_side_cursors"])
@pytest.mark.parametrize("text, meant", [("false", False), ("0", False), ("True", True)])
def test_a_switch_in_the_url_means_what_it_says(name, text, meant):
    assert database(f"postgres://u:p@h/db?{name}={text}")[name.upper()] is meant


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:p@h/db",
        "oracle://u:p@h/db",
        "postgres://u:p@h",
        "postgres://u:p@h/",
        "postgres://u:p@/db",
        "postgres://u:p@h:port/db",
        "postgres://u:p@h:99999/db",
        "postgres://u:%ff@h/db",
        "postgres://u:p@%2Ftmp/db",
        "postgres://u:p@h/db?sslmode=sometimes",
        "postgres://u:p@h/db?sslmode=",
        "postgres://u:p@h/db?sslmode=require&sslmode=disable",
        "postgres://u:p@h/db?autocommit=false",
        "postgres://u:p@h/db?",
        "sqlite:///board.sqlite3",
        "sqlite://host/board.sqlite3",
        "sqlite:///board.sqlite3?mode=ro",
        "board.sqlite3",
    ],
)
def test_an_unusable_url_is_refused(url):
    told = complaints(url)

    assert len(told) == 1
    assert told[0].startswith("DATABASE_URL")
    assert url not in told[0]


@pytest.mark.parametrize(
    "url, file",
    [
        ("sqlite:///var/c++.sqlite3", str(settings.ROOT / "var/c++.sqlite3")),
        ("sqlite:////srv/board.sqlite3", "/srv/board.sqlite3"),
        ("sqlite://:memory:", ":memory:"),
        ("sqlite://", ":memory:"),
    ],
)
def test_sqlite_waits_for_its_turn_in_local(url, file):
    found = read({"DATABASE_URL": url}).database

    assert found["NAME"] == file
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert found["OPTIONS"]["timeout"] == 15
    assert "journal_mode=WAL" in found["OPTIONS"]["init_command"]
