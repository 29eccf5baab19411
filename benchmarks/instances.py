"""What does an instance carry, with how many connections? `python -m benchmarks.instances`

One instance with one, two and four workers, asked by 64 connections at once. The generator of the
load, the service and PostgreSQL share the machine's cores, so the processor's time is the figure to
reckon with: what one core of the service answers in a second is a thousand by it.
"""

import argparse
from collections import Counter
from itertools import pairwise

from benchmarks import report
from benchmarks.load import Load, run
from benchmarks.measuring import token_from
from benchmarks.place import Place, prepared
from benchmarks.processes import Running, running
from benchmarks.scenarios import LOADS, numbers
from benchmarks.services import BY_NAME

WORKERS = (1, 2, 4)
NAMES = ("get", "list", "start", "progress", "create")
HEAD = ("workers", "connections", "peak of a worker, MB")
COUNTED = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""


def main() -> None:
    """Measure, and print a table: answers a second, and milliseconds of processor for each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instances", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3, help="of each load (%(default)s)")
    asked = parser.parse_args()
    loads = [load for load in LOADS if load.name in NAMES]
    used: Counter[str] = Counter()
    with prepared(100_000, ()) as place:
        rows = [_row(place, workers, loads, used, asked.seconds) for workers in WORKERS]
    print(report.table((*HEAD, *(f"{load.name}/s (ms)" for load in loads)), rows))


def _row(
    place: Place, workers: int, loads: list[Load], used: Counter[str], seconds: float
) -> tuple[str, ...]:
    ours = BY_NAME["taskflow"]
    with running(ours.command_for(workers), ours.environment(place, workers)) as server:
        told = [_told(place, server, load, used, seconds) for load in loads]
        [[connections]] = place.execute(COUNTED)
        return (str(workers), str(connections), f"{server.peak_megabytes():.0f}", *told)


def _told(place: Place, server: Running, load: Load, used: Counter[str], seconds: float) -> str:
    token = token_from(server, place.credential)
    spent, answered = [server.cpu_seconds()], 0.0
    for length in (1, seconds):  # the first only warms up
        where = numbers(load, place.shares, used[load.name])
        told = run(
            load, server.url, token=token, first=where.first, count=where.count, seconds=length
        )
        used[load.name] += told.requests + 1_000
        answered = told.requests / told.seconds
        spent.append(server.cpu_seconds())
    *_, last = (after - before for before, after in pairwise(spent))
    return f"{answered:.0f} ({last * 1000 / told.requests:.1f})"


if __name__ == "__main__":
    main()
