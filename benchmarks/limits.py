"""What this machine can do at most: the database alone, and the arithmetic of signatures alone."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from benchmarks.load import CONNECTIONS, Unusable
from benchmarks.place import SCHEMA, Place
from local.places import installation

ONE_STATEMENT = """\\set id random({first}, {last})
WITH moved AS (
    UPDATE peer_limit.task SET progress_percent = 50, version = version + 1, updated_at = now()
     WHERE id = :id AND status = 'in_progress' AND assigned_to = '@bench' RETURNING id)
INSERT INTO peer_limit.entry
       (occurred_at, action, actor_id, actor_type, task_id, changes, request_id)
SELECT now(), 'task.progressed', '@bench', 'agent', id, '{{}}', 'limit' FROM moved;
"""
LIST = "SELECT * FROM peer_limit.task ORDER BY id DESC LIMIT 50;\n"


def database(place: Place, seconds: float) -> dict[str, float]:
    """Return the statements per second of pgbench: a change with its entry, and a page."""
    words = {"schema": "peer_limit", "client_id": "limit", "digest": ""}
    place.execute(SCHEMA.read_text().format(**words))
    held = place.shares.held
    change = ONE_STATEMENT.format(first=held.first, last=held.first + held.count - 1)
    return {
        "transition": pgbench(place, change, seconds),
        "list": pgbench(place, LIST, seconds),
    }


def signatures() -> float:
    """Return how many RSA-2048 signatures one core makes in a second."""
    command = ["openssl", "speed", "-seconds", "2", "rsa2048"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if re.match(r"rsa\s+2048", line))
    return float(line.split()[-2] if "encr" not in done.stdout else line.split()[5])


def pgbench(
    place: Place,
    script: str,
    seconds: float,
    *,
    connections: int = CONNECTIONS,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> float:
    """Return how often a second a script runs on so many connections. Raises Unusable."""
    file = place.folder / "limit.sql"
    file.write_text(script)
    program = installation(place.cluster.home, place.cluster.account) / "bin" / "pgbench"
    command = [
        str(program), "-n", "-M", "prepared", "-c", str(connections), "-j", "2",
        "-T", f"{seconds:.0f}", "-f", str(file), "-h", str(place.cluster.socket_folder),
        *(f"-D{name}={value}" for name, value in variables.items()),
        "-U", "taskflow", "taskflow",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path("/"))
    found = re.search(r"tps = ([0-9.]+) \(without", done.stdout)
    if found is None:
        raise Unusable(f"pgbench: {done.stderr or done.stdout}")
    return float(found[1])
