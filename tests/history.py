"""Entries to seal, and the one way to change them: in tests, by somebody who owns the tables."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connection

from audit import triggers
from audit.actions import Action
from audit.actors import SHELL, Origin
from audit.models import Entry
from audit.operations import sealing
from audit.recording import Whole, recording
from wire.clock import now

if "pytest" not in sys.modules:
    raise ImportError("history can be changed by tests alone")

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@contextmanager
def changeable_history() -> Iterator[None]:
    """Take the triggers away and put them back."""
    lacking = set(triggers.missing(connection))
    with connection.cursor() as cursor:
        for table, name, _ in triggers.wanted(connection.vendor):
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            if name not in lacking:
                cursor.execute(f"DROP TRIGGER {name}{on}")
    try:
        yield
    finally:
        triggers.install(connection)


def write(entries: int = 1, *, within: Whole | None = None, at: datetime = NOON) -> None:
    """Let something happen, so many times in one transaction."""
    origin = Origin(request_id="test-history", ip="192.0.2.7", user_agent="test", release="r1")
    with recording(actor=SHELL, at=at, origin=origin, within=within) as journal:
        for number in range(entries):
            journal.record(
                Action.TASK_UPDATED,
                target=("task", number),
                task_id=number,
                project_slug="garden",
                changes={"title": ("Mähen", f"Rake {number}")},
                context={"percent": 0.5, "note": 'with "quotes" and ☂'},
            )


def write_and_seal() -> list[int]:
    """Seal three entries, then two, and leave a sixth open; return their ids."""
    for entries in (3, 2):
        write(entries)
        sealing.seal(now())
    write()
    return list(Entry.objects.order_by("pk").values_list("pk", flat=True))
