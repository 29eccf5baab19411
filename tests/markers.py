"""The one way to lose markers: between tests, by somebody who owns the table."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from migrations_ops import triggers

if "pytest" not in sys.modules:
    raise ImportError("markers can be lost by tests alone")


@contextmanager
def clearable_markers() -> Iterator[None]:
    """Take the triggers away and put them back."""
    wanted = {trigger.name for trigger in triggers.wanted(connection.vendor)}
    on = f" ON {triggers.TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in sorted(wanted - set(triggers.missing(connection))):
            cursor.execute(f"DROP TRIGGER {name}{on}")
    try:
        yield
    finally:
        triggers.install(connection)
