"""What tests of one-shot operations may ask for; they name this module as a plugin of pytest."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.oneshots import Folder

REFUSE = {
    "sqlite": """
        CREATE TRIGGER no_entries BEFORE INSERT ON audit_entry WHEN NEW.action = '{action}'
        BEGIN SELECT RAISE(ABORT, 'the disk is full'); END""",
    "postgresql": """
        CREATE FUNCTION no_entries() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$;
        CREATE TRIGGER no_entries BEFORE INSERT ON audit_entry FOR EACH ROW
        WHEN (NEW.action = '{action}') EXECUTE FUNCTION no_entries()""",
}
ADMIT = {
    "sqlite": "DROP TRIGGER no_entries",
    "postgresql": "DROP FUNCTION no_entries CASCADE",
}


@pytest.fixture
def oneshots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """An empty folder of operations."""
    return Folder(tmp_path / "oneshots", monkeypatch)


@pytest.fixture
def raise_cache(oneshots: Folder) -> Folder:
    """A folder with the standard operation."""
    oneshots.write()
    return oneshots


@pytest.fixture
def count_up(oneshots: Folder) -> Folder:
    """A folder with the operation in batches."""
    oneshots.write_batched()
    return oneshots


@pytest.fixture
def one_batch_a_call(settings: Any) -> None:
    """Let each call have time for a single batch."""
    settings.CONTRACT = dataclasses.replace(settings.CONTRACT, oneshot_seconds=0)


@pytest.fixture
def no_entries(db: None) -> Callable[[str], AbstractContextManager[None]]:
    """Let the audit's table refuse the entries of one action."""

    @contextmanager
    def refusing(action: str) -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute(REFUSE[connection.vendor].format(action=action))
            yield
            cursor.execute(ADMIT[connection.vendor])

    return refusing
