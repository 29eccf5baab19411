"""Is history still guarded?"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Notice
from django.db import connections

from audit import triggers


@register(Tags.database)
def triggers_are_in_place(
    app_configs: object, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Report append-only triggers that are missing (runs with `check --database default`)."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if triggers.TABLE not in connection.introspection.table_names():
            continue
        found.extend(
            Error(
                f"The append-only trigger {name} is missing.",
                hint="Run `manage.py migrate`; it puts the triggers back.",
                id="audit.E001",
            )
            for name in triggers.missing(connection)
        )
        found.extend(_owner_warning(alias))
    return found


def _owner_warning(alias: str) -> list[CheckMessage]:
    connection = connections[alias]
    if connection.vendor != "postgresql" or settings.CONTRACT.env == "LOCAL":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(relowner, 'MEMBER') FROM pg_class WHERE oid = to_regclass(%s)",
            [triggers.TABLE],
        )
        row = cursor.fetchone()
    if not (row and row[0]):
        return []
    return [
        Notice(
            "The web process owns the audit table, so it could lift its own triggers.",
            hint="Migrate with another role and grant this one INSERT and SELECT.",
            id="audit.W001",
        )
    ]
