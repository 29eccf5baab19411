"""What is pushed in the rehearsal: one change that is right, and one that breaks each stage."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.rehearsal.images import NAME

MIGRATION = '''"""Rehearsed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tasks", "{after}")]
    operations = [migrations.RunSQL({sql!r}, migrations.RunSQL.noop)]
'''


def as_it_is(_: Path) -> None:
    """Change nothing."""


def with_migration(name: str, sql: str) -> Callable[[Path], None]:
    """Add a migration of that name."""

    def edit(image: Path) -> None:
        folder = image / "tasks" / "migrations"
        after = (folder / "max_migration.txt").read_text().strip()
        (folder / f"{name}.py").write_text(MIGRATION.format(after=after, sql=sql))

    return edit


def without_a_route(image: Path) -> None:
    """Forget a route that this checkout serves."""
    urls = image / "config" / "urls.py"
    lines = urls.read_text().splitlines(keepends=True)
    urls.write_text("".join(line for line in lines if "api/health/db" not in line))


def without_a_bracket(image: Path) -> None:
    """Write what is no Python."""
    (image / "tasks" / "typo.py").write_text("def broken(:\n")


@dataclass(frozen=True)
class Change:
    """One push: what it changes, and where it must stop; nowhere means that it is deployed.

    What comes before `begins_at` was shown by the pushes before it, and is left out.
    """

    what: str
    begins_at: str = "Test"
    stops_at: str | None = None
    says: str = ""
    test: str = "tests/unit/test_lifecycle.py"
    edit: Callable[[Path], None] = as_it_is
    variables: Mapping[str, Any] = field(default_factory=dict)
    missing_secret: str | None = None
    crashes: bool = False
    runs_jobs: bool = False


FIRST = Change("the first deployment")
GOOD = Change(
    "new code with a migration, and each job once",
    edit=with_migration("9001_new_column", "ALTER TABLE tasks_task ADD COLUMN rehearsed text"),
    runs_jobs=True,
)
BROKEN = (
    Change(
        "a test fails",
        stops_at="Test",
        says="1 failed",
        test="deploy/rehearsal/failing_example.py",
    ),
    Change(
        "the code is no Python",
        begins_at="Build",
        stops_at="Build",
        says="SyntaxError",
        edit=without_a_bracket,
    ),
    Change(
        "a migration fails half way",
        begins_at="Build",
        stops_at="Migrate",
        says="division by zero",
        edit=with_migration("9002_half", "CREATE TABLE half (); SELECT 1 / 0"),
    ),
    Change(
        "a secret has no value",
        begins_at="Pin",
        stops_at="Pin",
        says="taskflow-admin-api-key",
        missing_secret="taskflow-admin-api-key",
    ),
    Change(
        "the bypass is asked for in prod",
        begins_at="Pin",
        stops_at="Pin",
        says="true in dev alone",
        variables={"allow_dev_auth_bypass": "true"},
    ),
    Change(
        "an image is named by a tag",
        begins_at="Deploy",
        stops_at="Deploy",
        says="a tag is not deployed",
        variables={"image": f"{NAME}:latest"},
    ),
    Change(
        "a setting is malformed",
        begins_at="Deploy",
        stops_at="Deploy",
        says="LOG_LEVEL must be",
        variables={"settings": {"LOG_LEVEL": "LOUD"}},
    ),
    Change(
        "the migrations were forgotten, so it never gets ready",
        begins_at="Deploy",
        stops_at="Deploy",
        says="/health/ready was never answered well",
        edit=with_migration("9003_forgotten", "SELECT 1"),
    ),
    Change(
        "a route is missing",
        begins_at="Deploy",
        stops_at="Canary",
        says="-path /api/health/db",
        edit=without_a_route,
    ),
    Change(
        "it dies when it has the traffic",
        begins_at="Deploy",
        stops_at="Verify",
        says="live /health",
        crashes=True,
    ),
)
