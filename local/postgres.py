"""A small launcher of the PostgreSQL 18 that comes inside a wheel: no system install, no TCP."""

import fcntl
import shlex
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import IO, Self
from urllib.parse import quote

from local.environment import bare_environment
from local.places import (
    SOCKET_NAME,
    PostgresUnavailable,
    home_for,
    installation,
    server_account,
    socket_folder,
)

NAME = "taskflow"
MAJOR = "18"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
}
FAST_AND_LOOSE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
INITDB = (
    "--username=taskflow",
    "--auth=trust",  # only the owner of the folder gets at the socket
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
)


class Cluster:
    """One database server with its data; whoever leaves it last turns it off.

    `durable=False` trades safety against power loss for speed: for tests only.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """Prepare the folders. Raises PostgresUnavailable where they cannot be had."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder.resolve()
        self.durable = durable
        self.account = server_account()
        with self._alone():
            self.home = home_for(self.folder, self.account)
            self.socket_folder = socket_folder(self.home, self.account)
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        self._in_use: IO[str] | None = None

    @property
    def url(self) -> str:
        return f"postgres://{NAME}@/{NAME}?host={quote(str(self.socket_folder))}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def is_running(self) -> bool:
        """Whether something answers on the socket."""
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket_folder / SOCKET_NAME))
            except OSError:
                return False
        return True

    def start(self) -> None:
        """Start the server or join the running one. Raises PostgresUnavailable."""
        with self._alone():
            if not self.is_running():
                self._create_once()
                self._remove_stale_locks()
                self._launch()
            self._in_use = (self.folder / "users").open("w")
            fcntl.flock(self._in_use, fcntl.LOCK_SH)

    def stop(self) -> None:
        """Leave the server; stop it when nobody else uses it."""
        with self._alone():
            if self._in_use is not None:
                self._in_use.close()
                self._in_use = None
            if self._is_idle() and self.is_running():
                self._halt()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from starting or stopping the same server meanwhile."""
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _is_idle(self) -> bool:
        with (self.folder / "users").open("w") as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    def _create_once(self) -> None:
        """Make the data folder whole before it gets its name: a broken attempt leaves none."""
        if self.data.exists():
            self._check_version()
            return
        fresh = self.home / "data.new"
        if fresh.exists():
            shutil.rmtree(fresh)
        careless = () if self.durable else ("--no-sync",)
        self.call("initdb", f"--pgdata={fresh}", "--no-instructions", *INITDB, *careless)
        first_words = f"CREATE DATABASE {NAME}"
        self.call("postgres", "--single", "-D", str(fresh), "postgres", say=first_words)
        fresh.rename(self.data)

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != MAJOR:
            raise PostgresUnavailable(
                f"the data in {self.data} are of PostgreSQL {found}; move that folder away"
            )

    def _remove_stale_locks(self) -> None:
        """Drop what a killed server left; another program may bear its process number now."""
        for lock in (self.data / "postmaster.pid", self.socket_folder / f"{SOCKET_NAME}.lock"):
            if lock.exists() and not _is_postgres(int(lock.read_text().split()[0])):
                lock.unlink()

    def _launch(self) -> None:
        settings = {**SETTINGS, "unix_socket_directories": f'"{self.socket_folder}"'}
        if not self.durable:
            settings |= FAST_AND_LOOSE
        options = " ".join(
            f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items()
        )
        try:
            self.call("pg_ctl", *self._at_data, "-l", str(self.log), "-o", options, "start")
        except BaseException:  # an interrupt too: nothing half started stays behind
            with suppress(PostgresUnavailable):
                self._halt()
            raise

    def _halt(self) -> None:
        self.call("pg_ctl", *self._at_data, "-m", "fast" if self.durable else "immediate", "stop")

    @property
    def _at_data(self) -> tuple[str, ...]:
        return ("--silent", "--wait", "--timeout=60", "-D", str(self.data))

    @cached_property
    def _bin(self) -> Path:
        return installation(self.home, self.account) / "bin"

    def call(self, program: str, *arguments: str, say: str = "") -> None:
        """Run one of the server's programs as its account. Raises PostgresUnavailable."""
        switch = not self.account.is_ours
        try:
            done = subprocess.run(
                [str(self._bin / program), *arguments],
                input=say,
                text=True,
                capture_output=True,
                cwd=self.home,
                env=bare_environment(LC_ALL="C"),
                start_new_session=True,  # Ctrl-C is ours to handle
                check=False,
                user=self.account.uid if switch else None,
                group=self.account.gid if switch else None,
                extra_groups=[] if switch else None,
            )
        except OSError as refused:
            raise PostgresUnavailable(f"{program} does not run here ({refused})") from refused
        if done.returncode != 0:
            raise PostgresUnavailable(f"{program} failed ({self._reason(done.stderr)})")

    def _reason(self, said: str) -> str:
        logged = self.log.read_text(errors="replace") if self.log.exists() else ""
        fatal = [line for line in logged.splitlines() if "FATAL: " in line]
        lines = [line for line in (*said.splitlines(), *fatal[-1:]) if line.strip()]
        return f"{lines[-1].strip() if lines else 'without a word'}; log: {self.log}"


@contextmanager
def throw_away() -> Iterator[Cluster]:
    """A fresh, fast server without durability, gone with its data at the end."""
    folder = Path(tempfile.mkdtemp(prefix="taskflow-"))
    folder.chmod(0o711)  # the server's account walks through
    try:
        with Cluster(folder, durable=False) as cluster:
            yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_postgres(pid: int) -> bool:
    if Path("/proc/self").exists():
        command = Path(f"/proc/{pid}/cmdline")
        return command.exists() and b"postgres" in command.read_bytes()
    asked = ["ps", "-p", str(pid), "-o", "args="]
    return "postgres" in subprocess.run(asked, capture_output=True, text=True, check=False).stdout
