"""Cloud SQL's instances: real servers, of which a clone is what one was at a moment of the past."""

import shlex
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree

import psycopg

from deploy.rehearsal.project import PROJECT, REGION, Refused
from deploy.rehearsal.switch import wait_until
from local.places import PostgresUnavailable
from local.postgres import Cluster

MAIN = "taskflow"
KEPT_LOG = "8GB"  # more than a rehearsal writes: nothing between the backup and now is missing
SECONDS = 60


class Databases:
    """The instances of the project; each is found by its name in the folder `cloudsql`."""

    def __init__(self, main: Cluster, place: Path) -> None:
        """Take the main instance in, and a backup of it from which clones are made."""
        self._folder, self._clusters = place / "cloudsql", {MAIN: main}
        self._folder.mkdir()
        with psycopg.connect(main.url, autocommit=True) as admin:
            admin.execute(f"ALTER SYSTEM SET wal_keep_size = '{KEPT_LOG}'")
            admin.execute("SELECT pg_reload_conf()")
        self._backup = main.home / "backup"
        how = ("--wal-method=none", "--checkpoint=fast", "--no-sync", f"--pgdata={self._backup}")
        main.call("pg_basebackup", f"--host={main.socket_folder}", "--username=taskflow", *how)
        self._link(MAIN, main)
        self._kept_since = datetime.now(UTC)

    def names(self) -> list[str]:
        """Return every instance's."""
        return [*self._clusters]

    def clone(self, source: str, target: str, moment: str) -> None:
        """Make an instance that is what another was at that moment. Raises Refused."""
        if source != MAIN or target in self._clusters:
            raise Refused(f"There is no instance {source} to clone, or {target} is there already.")
        at = self._covered(moment)
        folder = Path(tempfile.mkdtemp(prefix="taskflow-"))
        folder.chmod(0o711)  # the server's account walks through
        cluster = Cluster(folder, durable=False)
        try:
            self._lay(cluster, at)
            cluster.start()
        except PostgresUnavailable as refused:
            rmtree(folder)
            raise Refused(f"{target} does not get to {moment}: {refused}") from refused
        self._clusters[target] = cluster
        if not wait_until(lambda: _takes_writes(cluster), SECONDS):
            raise Refused(f"{target} never took writes: {cluster.log}")
        self._link(target, cluster)

    def close(self) -> None:
        """Stop the clones, and drop them."""
        for name, cluster in self._clusters.items():
            if name != MAIN:
                cluster.stop()
                rmtree(cluster.folder, ignore_errors=True)

    def _covered(self, moment: str) -> datetime:
        """Read a moment between the backup and now. Raises Refused."""
        try:
            at = datetime.fromisoformat(moment)
        except ValueError as wrong:
            raise Refused(f"{moment} is no time of RFC 3339.") from wrong
        if at.tzinfo is None or not self._kept_since <= at <= datetime.now(UTC):
            kept = f"{self._kept_since:%Y-%m-%dT%H:%M:%SZ} to now"
            raise Refused(f"{moment} names no time zone, or is not within what is kept: {kept}.")
        return at

    def _lay(self, cluster: Cluster, at: datetime) -> None:
        """Lay out the backup, and say from where and to when its changes are to be replayed."""
        main = self._clusters[MAIN]
        with psycopg.connect(main.url, autocommit=True) as admin:
            admin.execute("SELECT pg_current_xact_id()")  # by which the moment is known to be over
            admin.execute("SELECT pg_switch_wal()")
        subprocess.run(["cp", "-a", self._backup, cluster.data], check=True)
        replay = f"cp {shlex.quote(str(main.data / 'pg_wal'))}/%f %p"
        with (cluster.data / "postgresql.auto.conf").open("a") as settings:
            settings.write(
                f"restore_command = '{replay}'\nrecovery_target_time = '{at.isoformat()}'\n"
                "recovery_target_action = 'promote'\n"
            )
        (cluster.data / "recovery.signal").touch()

    def _link(self, name: str, cluster: Cluster) -> None:
        (self._folder / f"{PROJECT}:{REGION}:{name}").symlink_to(cluster.socket_folder)


def _takes_writes(cluster: Cluster) -> bool:
    try:
        with psycopg.connect(cluster.url) as session:
            (found,) = session.execute("SELECT NOT pg_is_in_recovery()").fetchone() or (False,)
            return bool(found)
    except psycopg.OperationalError:
        return False
