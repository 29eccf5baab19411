# ruff: noqa: N999 - the number is what orders the files
"""Project slugs were once taken as they came; clients that compare them want one spelling.

A slug that is a project's keeps the project's spelling: its tasks would otherwise come into the
open. Nor does a task of an open slug vanish into a project that is spelled in small letters.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet
from django.db.models.functions import Lower

from audit.actions import Action
from audit.recording import Journal
from migrations_ops.oneshot import Batch, Cursor, InBatches
from tasks.models import Project, Task
from tasks.operations.settling import differences, note


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
        """Rewrite the next ones, then those that came behind the cursor, and tell of each."""
        keys = self.keys_after(cursor, size) or self.keys_after(None, size)
        # Locked, so that what is told is what was.
        list(Task.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
        before = {task.id: task for task in Task.rows.filter(pk__in=keys)}
        changed = self.affected().filter(pk__in=keys)
        rows = changed.update(
            project_slug=Lower("project_slug"), version=F("version") + 1, updated_at=journal.at
        )
        for task in Task.rows.filter(pk__in=keys):
            changes = differences(before[task.id], task)
            if changes:
                note(journal, Action.TASK_UPDATED, task, changes)
        return Batch(rows, keys[-1] if len(keys) == size else None)
