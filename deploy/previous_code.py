"""Does the code that serves now work on the schema that comes? `python -m deploy.previous_code REF`

While a deployment is under way, and after a rollback, old code runs on the new schema. So: a fresh
PostgreSQL gets the new migrations, then the old checkout's own tests run on it, without migrating.
"""

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg

from local.environment import DATABASE_URL, ROOT, bare_environment
from local.places import PostgresUnavailable
from local.postgres import throw_away

TESTS = ("tests/api",)
WORKERS = 2
# The name under which pytest-django looks for a database that is there already.
TEST_DATABASE = "test_taskflow"


def main(ref: str) -> None:
    """Ends with 1 when a test of the old code fails on the new schema."""
    try:
        with throw_away() as cluster, tempfile.TemporaryDirectory() as folder:
            old = Path(folder) / "old"
            _call(("git", "worktree", "add", "--detach", "--force", str(old), ref), ROOT, {})
            try:
                _prepare(cluster.url)
                failed = _tests(old, cluster.url)
            finally:
                _call(("git", "worktree", "remove", "--force", str(old)), ROOT, {})
    except PostgresUnavailable as refused:
        sys.exit(f"Nothing can be told without PostgreSQL: {refused}.")
    sys.exit(failed and f"The code of {ref} does not work on this schema: split the change in two.")


def _prepare(url: str) -> None:
    """Make the databases that the old tests will find, with the new schema in them."""
    target = url.replace("/taskflow?", f"/{TEST_DATABASE}?")
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {TEST_DATABASE}")
        _call(
            (sys.executable, "manage.py", "migrate", "--verbosity=0"), ROOT, {DATABASE_URL: target}
        )
        for worker in range(WORKERS):
            name = f"{TEST_DATABASE}_gw{worker}"
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEST_DATABASE}")


def _tests(old: Path, url: str) -> int:
    tests = [each for each in TESTS if (old / each).exists()]
    command = ("pytest", "--quiet", "--reuse-db", f"-n{WORKERS}", "-p", "no:cacheprovider")
    environment = bare_environment(**{DATABASE_URL: url})
    done = subprocess.run(
        [sys.executable, "-m", *command, *tests], cwd=old, env=environment, check=False
    )
    return done.returncode


def _call(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
    subprocess.run(command, cwd=folder, env=bare_environment(**environment), check=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) == 2 else "HEAD^")
