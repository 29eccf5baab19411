"""Taking the database away for real."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


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


def _disconnect() -> None:
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]
