"""Taking the database away for real, or only the ordinary way to ask it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper


@contextmanager
def database_away() -> Iterator[None]:
    """Let this thread find no database where it was, as after an outage; then bring it back."""
    _disconnect()
    there = dict(connection.settings_dict)
    options = {name: value for name, value in there["OPTIONS"].items() if name != "pool"}
    connection.settings_dict.update(NAME="/nowhere/at/all", OPTIONS=options)
    try:
        yield
    finally:
        _disconnect()
        connection.settings_dict.update(there)


@contextmanager
def cursors_away() -> Iterator[None]:
    """Let whatever the block asks by a cursor of Django's fail."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CursorWrapper, "execute", _refuse)
        yield


def _refuse(*_: Any) -> None:
    raise AssertionError("asked through a cursor")


def _disconnect() -> None:
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]
