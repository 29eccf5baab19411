"""Waiting for a lock no longer than a moment, to see what is said when it was too long."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

HURRY_UP = {"sqlite": "PRAGMA busy_timeout = 50", "postgresql": "SET lock_timeout = 50"}
CALM_DOWN = {"sqlite": "PRAGMA busy_timeout = 15000", "postgresql": "RESET lock_timeout"}


@contextmanager
def impatient() -> Iterator[None]:
    """Give up waiting for locks after 50 ms on this thread's connection."""
    with connection.cursor() as cursor:
        cursor.execute(HURRY_UP[connection.vendor])
    yield
    with connection.cursor() as cursor:
        cursor.execute(CALM_DOWN[connection.vendor])
