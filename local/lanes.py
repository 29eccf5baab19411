"""The test suite on both engines: `python -m local.lanes [all|sqlite|postgres] [arguments]`.

`--cov` among the arguments measures what the tests reach, which takes a third more time.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from local.environment import (
    DATABASE_URL,
    LANE,
    ROOT,
    STAGE,
    VAR,
    CannotStart,
    child_environment,
)
from local.places import PostgresUnavailable
from local.postgres import throw_away
from local.processes import Stopped, child, stop_on_signals
from local.tally import Tally, read_report

REPORTS = VAR / "reports"
COVERAGE = "--cov"
MOST_WORKERS = 8


@contextmanager
def sqlite_lane() -> Iterator[str]:
    """A file that nobody else has."""
    with tempfile.TemporaryDirectory(prefix="taskflow-") as folder:
        yield f"sqlite:///{folder}/lane.sqlite3"


@contextmanager
def postgres_lane() -> Iterator[str]:
    """A server that nobody else has. Raises CannotStart; a lane never changes its engine."""
    try:
        with throw_away() as cluster:
            yield cluster.url
    except PostgresUnavailable as refused:
        raise CannotStart(f"The PostgreSQL lane cannot start: {refused}.") from refused


LANES: dict[str, Callable[[], AbstractContextManager[str]]] = {
    "sqlite": sqlite_lane,
    "postgres": postgres_lane,
}


def main() -> None:
    """Run the lanes; the last line is the tally of all. Ends with 1 unless all passed."""
    chosen, arguments = wanted(sys.argv[1:])
    stop_on_signals()
    REPORTS.mkdir(parents=True, exist_ok=True)
    _forget_coverage()
    try:
        tallies = [run_lane(lane, arguments) for lane in chosen]
    except Stopped:
        sys.exit(130)
    if COVERAGE in arguments:
        _report_coverage()
    total = sum(tallies, Tally())
    print(total.line(), flush=True)
    sys.exit(0 if all(tally.is_good for tally in tallies) else 1)


def wanted(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    first, rest = (arguments[0], list(arguments[1:])) if arguments else ("all", [])
    if first == "all":
        return list(LANES), rest
    return ([first], rest) if first in LANES else (list(LANES), list(arguments))


def run_lane(lane: str, arguments: Sequence[str]) -> Tally:
    """One lane from start to end; one that cannot start has failed."""
    report = REPORTS / f"{lane}.xml"
    report.unlink(missing_ok=True)
    began = time.monotonic()
    print(f"== {lane}", flush=True)
    try:
        with LANES[lane]() as url:
            code = _pytest(report, arguments, _environment(lane, url))
    except CannotStart as missing:
        print(missing, file=sys.stderr)
        code = 1
    tally = read_report(report, code)
    print(f"== {lane}: {tally.line()} in {time.monotonic() - began:.0f} s", flush=True)
    return tally


def _environment(lane: str, url: str) -> dict[str, str]:
    return child_environment(
        **{
            STAGE: "LOCAL",
            DATABASE_URL: url,
            LANE: lane,
            "COVERAGE_FILE": str(REPORTS / f".coverage.{lane}"),
        }
    )


def _pytest(report: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the tests on all cores."""
    workers = str(min(os.cpu_count() or 1, MOST_WORKERS))
    measured = ("--cov-report=",) if COVERAGE in arguments else ()
    command = ["-m", "pytest", f"--junitxml={report}", "-n", workers, *measured, *arguments]
    with child(command, environment, stop_with=signal.SIGINT) as tests:
        return tests.wait()


def _forget_coverage() -> None:
    for old in REPORTS.glob(".coverage*"):
        old.unlink()


def _report_coverage() -> None:
    """Put the lines and branches that either lane reached together."""
    data = f"--data-file={REPORTS / '.coverage'}"
    for command in (
        ["combine", "--quiet", "--keep", data, str(REPORTS)],
        ["xml", "--quiet", data, "-o", str(REPORTS / "coverage.xml")],
        ["report", data, "--format=total"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "coverage", *command],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode == 0:
        print(f"Coverage of lines and branches: {done.stdout.strip()} %; {REPORTS}/coverage.xml")


if __name__ == "__main__":
    main()
