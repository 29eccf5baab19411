"""Which database this machine uses, why, and what the last `make run` used."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

from local.environment import DATABASE_URL, VAR, CannotStart, given, hand_over, is_local, says
from local.places import PostgresUnavailable
from local.postgres import Cluster

KEPT = "database.json"
ASKED = "DB"


class Engine(StrEnum):
    """The databases that a run can have."""

    POSTGRES = "postgres"
    SQLITE = "sqlite"
    GIVEN = "given"


@dataclass(frozen=True)
class Database:
    """The database of one run; the address may hold a password."""

    engine: Engine
    url: str
    why: str


@contextmanager
def database_for_run(var: Path) -> Iterator[Database]:
    """Choose the database, start it, and stop it at the end. Raises CannotStart."""
    asked = _asked_for()
    if asked is Engine.GIVEN:
        yield Database(Engine.GIVEN, given(DATABASE_URL) or "", "DATABASE_URL names it")
    elif asked is Engine.SQLITE:
        yield sqlite(var, "DB=sqlite asks for it")
    else:
        with _postgres_or_sqlite(var, forced=asked is Engine.POSTGRES) as database:
            yield database


@contextmanager
def local_database(var: Path = VAR) -> Iterator[None]:
    """Let `manage.py` use what the last `make run` used. Ends the process if that cannot start."""
    if not is_local() or says(DATABASE_URL):
        yield
        return
    var.mkdir(parents=True, exist_ok=True)  # where the contract's own SQLite file lies
    kept = remembered(var)
    if kept is None:
        yield
    elif kept.engine is Engine.POSTGRES:
        with _server_for_a_command(var) as url:
            hand_over(DATABASE_URL, url)
            yield
    else:
        hand_over(DATABASE_URL, kept.url)
        yield


def sqlite(var: Path, why: str) -> Database:
    """A database in one file."""
    path = var.resolve() / "db.sqlite3"
    return Database(Engine.SQLITE, f"sqlite:///{quote(str(path))}", f"{why}; data in {path}")


def remember(database: Database, var: Path) -> None:
    """Keep what this run uses, for `manage.py`."""
    kept = var / KEPT
    kept.touch(mode=0o600)
    kept.write_text(json.dumps(asdict(database), indent=2) + "\n")


def remembered(var: Path) -> Database | None:
    """What the last run used; nothing before the first, or when the file is spoiled."""
    try:
        kept = json.loads((var / KEPT).read_text())
        return Database(Engine(kept["engine"]), kept["url"], kept["why"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _asked_for() -> Engine | None:
    asked = given(ASKED)
    if asked is None:
        return Engine.GIVEN if given(DATABASE_URL) else None
    if asked not in (Engine.POSTGRES, Engine.SQLITE):
        raise CannotStart(f"DB={asked} is unknown: say DB=postgres or DB=sqlite, or leave it out.")
    return Engine(asked)


@contextmanager
def _postgres_or_sqlite(var: Path, *, forced: bool) -> Iterator[Database]:
    try:
        cluster = Cluster(var / "postgres")
        cluster.start()
    except PostgresUnavailable as refused:
        if forced:
            raise CannotStart(_cannot_start(refused)) from refused
        print(f"WARNING: no PostgreSQL here ({refused}); SQLite takes its place.", file=sys.stderr)
        yield sqlite(var, "INSTEAD OF POSTGRESQL, which cannot start here")
        return
    why = "DB=postgres asks for it" if forced else "neither DATABASE_URL nor DB is set"
    try:
        yield Database(Engine.POSTGRES, cluster.url, f"{why}; data in {cluster.data}")
    finally:
        cluster.stop()


@contextmanager
def _server_for_a_command(var: Path) -> Iterator[str]:
    try:
        cluster = Cluster(var / "postgres")
        cluster.start()
    except PostgresUnavailable as refused:
        sys.exit(_cannot_start(refused))
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield cluster.url
    finally:
        signal.signal(signal.SIGTERM, before)
        cluster.stop()


def _cannot_start(refused: PostgresUnavailable) -> str:
    return (
        f"The embedded PostgreSQL cannot start ({refused}): "
        "name a server of yours in DATABASE_URL, or use SQLite with `make run DB=sqlite`."
    )
