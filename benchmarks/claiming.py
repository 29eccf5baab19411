"""Claims a second, beside the same SQL in a raw loop: `python -m benchmarks.claiming`.

Sixteen at a time take the next of many tasks, each with an entry and an event: pgbench by the
statement that the service says; pgbench by the least that could be said, with empty documents; the
service's own operation in two processes, without HTTP; and wrk through the service with all that it
does. In turn, on one durable PostgreSQL.
"""

import json
import subprocess
import sys
from statistics import median

from benchmarks.limits import pgbench
from benchmarks.load import Load, run
from benchmarks.measuring import token_from
from benchmarks.place import Place, prepared
from benchmarks.processes import Running, running
from benchmarks.services import BY_NAME, WORKERS
from local.environment import ROOT, bare_environment

CLAIMERS, SECONDS, ROUNDS, TASKS = 16, 5, 3, 200_000
LEAST = """WITH foremost AS (
  SELECT id FROM tasks_task WHERE status = 'pending' AND assigned_to IS NULL
  ORDER BY priority DESC, due_date, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED),
taken AS (
  UPDATE tasks_task t SET status = 'in_progress', assigned_to = '@raw', held_by = '@raw',
    held_by_type = 'agent', fence = fence + 1, lease_seconds = 900, started_at = now(),
    lease_expires_at = now() + interval '900 s', version = version + 1, updated_at = now()
  FROM foremost WHERE t.id = foremost.id RETURNING t.id),
told AS (
  INSERT INTO outbox_event (type, occurred_at, task_id, actor_id, actor_type, request_id, data)
  SELECT 'task.claimed', now(), id, '@raw', 'agent', 'raw', '{}' FROM taken)
INSERT INTO audit_entry (occurred_at, action, outcome, actor_id, actor_type, on_behalf_of,
  auth_method, client_id, target_type, target_id, task_id, changes, context, request_id,
  user_agent, release, leaf_hash)
SELECT now(), 'task.claimed', 'success', '@raw', 'agent', '', '', '', 'task', id::text, id, '{}',
  '{}', 'raw', '', '', '' FROM taken;
"""
CLAIM = Load("claim", "POST", "/api/tasks/claim", "{}")


def main() -> None:
    """Measure all; print each round, then the medians and their ratios."""
    ours = BY_NAME["taskflow"]
    with (
        prepared(TASKS, ()) as place,
        running(ours.command_for(WORKERS), ours.environment(place)) as server,
    ):
        rounds = [_round(place, server) for _ in range(ROUNDS)]
    raw, least, taken, served = (median(rates) for rates in zip(*rounds, strict=True))
    print(
        f"raw loop {raw:.0f}/s (of the least {least:.0f}), operation {taken:.0f}/s"
        f" ({taken / raw:.2f}), service {served:.0f}/s ({served / raw:.2f})"
    )


def _round(place: Place, server: Running) -> tuple[float, float, float, float]:
    script, variables = json.loads(_started(place).communicate()[0])
    raw = pgbench(place, script, SECONDS, connections=CLAIMERS, variables=variables)
    least = pgbench(place, " ".join(LEAST.split()), SECONDS, connections=CLAIMERS)
    told = run(
        CLAIM, server.url, token=token_from(server, place.credential), first=1, count=1,
        seconds=SECONDS, connections=CLAIMERS,
    )  # fmt: skip
    served = told.requests / told.seconds
    taken, cpu_ms = _taken(place)
    print(
        f"raw loop {raw:.0f}/s, of the least {least:.0f}/s, operation {taken:.0f}/s"
        f" at {cpu_ms:.2f} ms of processor, service {served:.0f}/s, half in {told.p50_ms:.0f} ms"
    )
    return raw, least, taken, served


def _taken(place: Place) -> tuple[float, float]:
    """Return the claims a second of the operation, and the processor's milliseconds for each."""
    threads = CLAIMERS // WORKERS
    running_now = [_started(place, str(SECONDS), str(threads)) for _ in range(WORKERS)]
    told = [process.communicate()[0].split() for process in running_now]
    claims = sum(int(count) for count, _ in told)
    return claims / SECONDS, sum(float(spent) for _, spent in told) * 1000 / claims


def _started(place: Place, *arguments: str) -> "subprocess.Popen[str]":
    """Start benchmarks.taking in a process."""
    environment = bare_environment(
        **BY_NAME["taskflow"].environment(place),
        DB_POOL_SIZE=str(CLAIMERS // WORKERS),
        PYTHONPATH=str(ROOT),
        DJANGO_SETTINGS_MODULE="config.settings",
    )
    command = [sys.executable, "-m", "benchmarks.taking", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


if __name__ == "__main__":
    main()
