"""How do indexes change on a table that others write to meanwhile? Concurrently, on PostgreSQL.

For migrations with `atomic = False`. An attempt that was cut off leaves an index that is not valid;
the next one begins by dropping it.
"""

from typing import Any

from django.contrib.postgres import operations
from django.db.migrations import AddIndex, RemoveIndex


class AddIndexMeanwhile(operations.AddIndexConcurrently):
    """Adds an index, while others write; SQLite has one writer anyway."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        """Add it."""
        if _is_postgresql(schema_editor):
            _drop(schema_editor, self.index.name)
            super().database_forwards(app_label, schema_editor, *states)
        else:
            AddIndex.database_forwards(self, app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        """Remove it."""
        if _is_postgresql(schema_editor):
            _drop(schema_editor, self.index.name)
        else:
            AddIndex.database_backwards(self, app_label, schema_editor, *states)


class RemoveIndexMeanwhile(operations.RemoveIndexConcurrently):
    """Removes an index, while others write."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        """Remove it."""
        if _is_postgresql(schema_editor):
            _drop(schema_editor, self.name)
        else:
            RemoveIndex.database_forwards(self, app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        """Add it again."""
        if _is_postgresql(schema_editor):
            _drop(schema_editor, self.name)
            super().database_backwards(app_label, schema_editor, *states)
        else:
            RemoveIndex.database_backwards(self, app_label, schema_editor, *states)


def _is_postgresql(schema_editor: Any) -> bool:
    return bool(schema_editor.connection.vendor == "postgresql")


def _drop(schema_editor: Any, name: str) -> None:
    schema_editor.execute(
        f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(name)}", params=None
    )
