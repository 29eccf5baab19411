"""Does it stay as quick when there are twenty times as many rows?"""

from collections.abc import Callable, Sequence

from benchmarks.load import Load, run
from benchmarks.measuring import token_from
from benchmarks.place import Place
from benchmarks.processes import running
from benchmarks.services import Service

TABLES = ("tasks_task", "audit_entry")
QUERIES = {
    "newest": "/api/tasks?limit=50",
    "rare status": "/api/tasks?status=completed",
    "common status": "/api/tasks?status=pending",
    "project": "/api/tasks?project=project-7",
    "project and status": "/api/tasks?project=project-7&status=pending",
    "assigned to me": "/api/tasks?assigned_to=me",
    "created by": "/api/tasks?created_by=@alice",
    "priority": "/api/tasks?priority=high",
    "tag": "/api/tasks?tag=measure",
    "due": "/api/tasks?due_after=2020-01-01T00:00:00Z&ordering=due_date",
    "by update": "/api/tasks?ordering=-updated_at",
    "by priority": "/api/tasks?ordering=-priority",
    "ready": "/api/tasks?ready=true",
    "next": "/api/tasks/next",
    "history of a task": "/api/tasks/77/audit",
    "events": "/api/events?limit=50",
}


def grown(
    place: Place, total: int, say: Callable[[str], None], tables: Sequence[str] = TABLES
) -> None:
    """Copy the rows of tasks and audit until there are so many."""
    for table in tables:
        names = _columns(place, table)
        while (count := _count(place, table)) < total:
            more = min(count, total - count)
            say(f"  {table}: {count} rows and {more} more")
            place.execute(
                f"INSERT INTO {table} ({names})"
                f" SELECT {names} FROM {table} ORDER BY id LIMIT {more}"
            )
    place.execute("VACUUM ANALYZE")


def latencies(service: Service, place: Place) -> dict[str, float]:
    """Return the median milliseconds of each query, one after the other on few connections."""
    with running(service.command_for(2), service.environment(place)) as server:
        token = token_from(server, place.credential)
        found = {}
        for name, path in QUERIES.items():
            load = Load(name, "GET", path.replace("%", "%%"))
            told = run(load, server.url, token=token, first=1, count=1, seconds=1, connections=2)
            found[name] = told.p50_ms
        return found


def _columns(place: Place, table: str) -> str:
    rows = place.execute(
        f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'"
        " AND table_schema = 'public' AND column_name <> 'id' AND column_default IS NULL"
        " AND is_identity = 'NO'"
    )
    return ", ".join(f'"{row[0]}"' for row in rows)


def _count(place: Place, table: str) -> int:
    return int(str(place.execute(f"SELECT count(*) FROM {table}")[0][0]))
