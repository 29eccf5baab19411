"""`make bench`: measure the service, its peers and the limits of the machine; write the report."""

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import limits, report
from benchmarks.measuring import Rounds, loads_named
from benchmarks.place import Place, prepared
from benchmarks.results import Results
from benchmarks.services import BY_NAME, SERVICES, Service
from benchmarks.starting import start

Say = Callable[[str], None]
STARTED = ("taskflow", "tx")


def main() -> None:
    """Run what is asked for; the report is written for whole runs alone."""
    asked = _arguments()
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", file=sys.stderr, flush=True)

    chosen = chosen_of(asked.services, say)
    peers = tuple(s.name for s in chosen if s.has_schema and not s.is_ours)
    say(f"preparing PostgreSQL with {asked.tasks} tasks and as many entries")
    with prepared(asked.tasks, peers) as place:
        results = _measure(place, chosen, asked, say)
    kept = Path(__file__).parent / "results" / f"{datetime.now(UTC):%Y-%m-%d}.json"
    if asked.services or asked.loads:
        print(report.report(results))
        return
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(results.as_json())
    report.write(results)
    say(f"written: {kept.name}, chart.svg and the report in {report.README.name}")


def chosen_of(names: Sequence[str], say: Say) -> list[Service]:
    """Return the services of those names, all without any; tells of each that is not installed."""
    named = [service for service in SERVICES if not names or service.name in names]
    for service in named:
        if not service.is_installed:
            say(f"{service.name} is left out: it needs {service.needs}")
    return [service for service in named if service.is_installed]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--tasks", type=int, default=100_000, help="rows at first (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds (%(default)s)")
    parser.add_argument("--seconds", type=float, default=2, help="of each load (%(default)s)")
    parser.add_argument("--services", nargs="*", default=[], choices=list(BY_NAME), metavar="NAME",
                        help=f"some of: {', '.join(BY_NAME)}; prints, keeps nothing")  # fmt: skip
    parser.add_argument("--loads", nargs="*", default=[], metavar="LOAD", help="some of the loads")
    return parser.parse_args()


def _measure(place: Place, chosen: list[Service], asked: argparse.Namespace, say: Say) -> Results:
    results = Results({**about(), **pythons(chosen), "rounds": str(asked.rounds)})
    rounds = Rounds(place, seconds=asked.seconds, say=say)
    for number in range(1, asked.rounds + 1):
        results.cells += rounds.play(chosen, loads_named(asked.loads), number)
        for service in (BY_NAME[name] for name in STARTED if BY_NAME[name] in chosen):
            results.starts.append(start(service, place))
    say("limits: pgbench, openssl")
    results.limits = limits.database(place, asked.seconds * 2)
    results.limits["signatures"] = limits.signatures() * (os.cpu_count() or 1)
    return results


def about() -> dict[str, str]:
    """Return when and on what this runs."""
    commit = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(commit, capture_output=True, text=True, check=False)
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "commit": done.stdout.strip() or "unknown",
        "Python": platform.python_version(),
        "cores": str(os.cpu_count()),
        "processor": _processor(),
    }


def pythons(services: Iterable[Service]) -> dict[str, str]:
    """Return the versions of the interpreters that are not those of the others."""
    asked = ("-c", "import platform; print(platform.python_version())")
    return {
        f"Python of {service.name}": subprocess.run(
            [service.command[0], *asked], capture_output=True, text=True, check=True
        ).stdout.strip()
        for service in services
        if service.needs
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    found = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(found, platform.machine())


if __name__ == "__main__":
    main()
