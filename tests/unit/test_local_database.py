"""Which database a developer gets, and how `manage.py` learns of it."""

import os
import stat

import pytest

from local.database import (
    Database,
    Engine,
    database_for_run,
    local_database,
    remember,
    remembered,
    sqlite,
)
from local.environment import CannotStart

URL = "postgres://somebody@db.example.com/theirs"


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch):
    for name in ("DATABASE_URL", "DB", "ENV", "K_SERVICE"):
        monkeypatch.setenv(name, "")  # so that it is put back, whoever sets it meanwhile
        monkeypatch.delenv(name)


def test_a_database_that_is_given_is_used(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", URL)

    with database_for_run(tmp_path) as database:
        assert (database.engine, database.url) == (Engine.GIVEN, URL)


def test_sqlite_can_be_forced_over_a_database_that_is_given(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", URL)
    monkeypatch.setenv("DB", "sqlite")

    with database_for_run(tmp_path) as database:
        assert database.url == f"sqlite:///{tmp_path}/db.sqlite3"


def test_an_engine_that_nobody_knows_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("DB", "oracle")

    with pytest.raises(CannotStart, match="say DB=postgres or DB=sqlite"):
        database_for_run(tmp_path).__enter__()


def test_a_command_uses_what_the_last_run_used(tmp_path):
    remember(sqlite(tmp_path, "because"), tmp_path)

    with local_database(tmp_path):
        assert os.environ["DATABASE_URL"] == f"sqlite:///{tmp_path}/db.sqlite3"


@pytest.mark.parametrize(
    ("name", "value"), [("DATABASE_URL", URL), ("DATABASE_URL", ""), ("ENV", "PROD")]
)
def test_a_command_that_was_told_more_is_left_alone(monkeypatch, tmp_path, name, value):
    remember(sqlite(tmp_path, "because"), tmp_path)
    monkeypatch.setenv(name, value)
    told = dict(os.environ)

    with local_database(tmp_path):
        assert dict(os.environ) == told


@pytest.mark.parametrize("spoiled", [None, "", "{", "[]", '{"engine": "oracle"}'])
def test_a_command_before_the_first_run_is_left_alone(tmp_path, spoiled):
    if spoiled is not None:
        (tmp_path / "database.json").write_text(spoiled)

    with local_database(tmp_path):
        assert "DATABASE_URL" not in os.environ


def test_only_the_owner_reads_what_was_kept(tmp_path):
    kept = Database(Engine.GIVEN, "postgres://me:secret@db.example.com/mine", "because")

    remember(kept, tmp_path)

    assert stat.S_IMODE((tmp_path / "database.json").stat().st_mode) == 0o600
    assert remembered(tmp_path) == kept
