"""The two users of the database, made as docs/runbooks/first-deploy.md says, by whom it says."""

import re
import subprocess

from local.environment import ROOT, bare_environment
from local.places import installation
from local.postgres import NAME, Cluster

RUNBOOK = ROOT / "docs" / "runbooks" / "first-deploy.md"
STATEMENTS = re.compile(r"^ *```sql\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
# Cloud SQL's `postgres` is no superuser: it may make roles and databases, and owned this one.
ADMIN = f"""
CREATE ROLE postgres LOGIN CREATEROLE CREATEDB;
ALTER DATABASE {NAME} OWNER TO postgres;
"""


class RunbookWrong(Exception):
    """The runbook's statements do not do what it says; the text is what PostgreSQL said."""


def make_users(cluster: Cluster) -> None:
    """Run the runbook's statements. Raises RunbookWrong."""
    (statements,) = STATEMENTS.findall(RUNBOOK.read_text())
    _run(cluster, NAME, ADMIN)
    _run(cluster, "postgres", statements)


def _run(cluster: Cluster, user: str, statements: str) -> None:
    psql = installation(cluster.home, cluster.account) / "bin" / "psql"
    where = (f"--host={cluster.socket_folder}", f"--username={user}", f"--dbname={NAME}")
    done = subprocess.run(
        [psql, "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", *where],
        input=statements,
        env=bare_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RunbookWrong(f"{RUNBOOK.name}: {done.stderr.strip()}")
