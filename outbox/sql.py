"""What is said to the two databases in their own words?

The order of events (docs/adr/0016): by horizon, then by id. SQLite has one writer, so its ids are
given in the order of commits and every horizon is 0.
"""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func
from django.db.models.sql.compiler import SQLCompiler

Sql = tuple[str, Any]


class HorizonNow(Func):
    """The latest transaction that had ended when the statement began, or this one if it is later.

    Who waited for a row lock has a horizon no lower than whoever held it, whichever of the two
    transactions got its number first.
    """

    template = (
        "GREATEST(pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1,"
        " pg_current_xact_id()::text::bigint)"
    )
    output_field = models.BigIntegerField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Sql:
        """Return 0."""
        return "0", []


class IsSettled(Func):
    """Whether nothing can come before the event any more: no older transaction is running."""

    template = "outbox_event.horizon < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    output_field = models.BooleanField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Sql:
        """Hold for every event that is seen."""
        return "1 = 1", []


class IsBeyond(Func):
    """Whether the event comes after a place: of its horizon and id. One range of the index."""

    template = "(outbox_event.horizon, outbox_event.id) > (%(expressions)s)"
    output_field = models.BooleanField()


class IsOfDeletedProject(Func):
    """Whether the event's project is no more, also where another has taken its slug since."""

    template = (
        "EXISTS (SELECT 1 FROM outbox_event d WHERE d.type = 'project.deleted'"
        " AND d.project_slug = outbox_event.project_slug AND d.id >= outbox_event.id)"
    )
    output_field = models.BooleanField()
