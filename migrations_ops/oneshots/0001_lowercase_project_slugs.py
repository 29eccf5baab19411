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
from migrations_ops.oneshot import Oneshot
from tasks.models import Project, Task


@dataclass(frozen=True, kw_only=True)
class LowercaseProjectSlugs(Oneshot):
    """Write the project slug of every task in small letters, but for those of projects."""

    name = "lowercase_project_slugs"
    description = "Write the project slug of every task in small letters."
    owner = "@admin"
    sunset = date(2027, 12, 31)
    max_rows = 100_000
    reversible = False

    def count(self) -> int:
        """Tell how many tasks have a slug with capitals."""
        return self._spelled_with_capitals().count()

    def run(self, journal: Journal) -> int:
        """Rewrite them in one statement."""
        return self._spelled_with_capitals().update(
            project_slug=Lower("project_slug"), version=F("version") + 1, updated_at=journal.at
        )

    def _spelled_with_capitals(self) -> QuerySet[Task]:
        projects = Project.objects.values("slug")
        named = Task.objects.filter(project_slug__isnull=False).alias(small=Lower("project_slug"))
        return (
            named.exclude(project_slug=F("small"))
            .exclude(project_slug__in=projects)
            .exclude(small__in=projects)
        )
