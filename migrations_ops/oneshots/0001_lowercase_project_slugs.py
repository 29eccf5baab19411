# ruff: noqa: N999 - the number is what orders the files
"""Project slugs were once taken as they came; clients that compare them want one spelling.

A slug that is a project's keeps the project's spelling: its tasks would otherwise come into the
open. Nor does a task of an open slug vanish into a project that is spelled in small letters.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet
from django.db.models.functions import Lower

from audit.recording import Journal
from migrations_ops.oneshot import Batch, Cursor, InBatches
from tasks.models import Project, Task


@dataclass(frozen=True, kw_only=True)
class LowercaseProjectSlugs(InBatches):
    """Write the project slug of every task in small letters, but for those of projects."""

    name = "lowercase_project_slugs"
    description = "Write the project slug of every task in small letters."
    owner = "@admin"
    sunset = date(2027, 12, 31)
    max_rows = 100_000
    reversible = False

    def affected(self) -> QuerySet[Task]:
        """Return the tasks whose slug has capitals and is nobody's."""
        projects = Project.objects.values("slug")
        named = Task.objects.filter(project_slug__isnull=False).alias(small=Lower("project_slug"))
        return (
            named.exclude(project_slug=F("small"))
            .exclude(project_slug__in=projects)
            .exclude(small__in=projects)
        )

    def batch(self, cursor: Cursor, size: int, journal: Journal) -> Batch:
        """Rewrite the next ones in one statement; then those that came behind the cursor."""
        keys = self.keys_after(cursor, size) or self.keys_after(None, size)
        rows = self.affected().filter(pk__in=keys)
        changed = rows.update(
            project_slug=Lower("project_slug"), version=F("version") + 1, updated_at=journal.at
        )
        return Batch(changed, keys[-1] if len(keys) == size else None)
