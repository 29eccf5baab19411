"""Does it stay as quick with twenty times as many rows? `python -m benchmarks.growth`

Two boards of the same shape in one PostgreSQL, each with an entry and an event per task. Each is
asked the same in turn, in several rounds; writes results/growth.json, and its table into README.md.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TypeAlias

from benchmarks import report
from benchmarks.many import BOARD, Filling, fill
from benchmarks.place import Place, prepared
from benchmarks.services import BY_NAME
from local.environment import ROOT, bare_environment

AT_MOST = 1.5
RESULTS = Path(__file__).parent / "results" / "growth.json"
BEGIN, END = "<!-- growth begins -->", "<!-- growth ends -->"

Took: TypeAlias = Mapping[str, tuple[float, float]]  # ms of a request, and of its statements
Rounds: TypeAlias = list[tuple[Took, Took]]


class Compared(NamedTuple):
    """What a question takes on the small and on the large board, the best of all rounds, in ms."""

    small: float
    large: float

    @property
    def ratio(self) -> float:
        """Return how much longer it takes on the large board."""
        return self.large / self.small


def main() -> None:
    """Fill both, ask, and write down what came out."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs=2, default=[100_000, 2_000_000], metavar="TASKS")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved (%(default)s)")
    parser.add_argument(
        "--keep", action="store_true", help="write results/growth.json and README.md"
    )
    asked = parser.parse_args()
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", file=sys.stderr, flush=True)

    with prepared(0, ()) as place:
        boards = [board(place, size, say) for size in asked.sizes]
        rounds = []
        for number in range(asked.rounds):
            say(f"round {number + 1}")
            small, large = (asking(each) for each in boards)
            rounds.append((small, large))
    written = table(asked.sizes, rounds)
    print(written)
    if asked.keep:
        keep(
            written,
            {"date": f"{datetime.now(UTC):%Y-%m-%d}", "sizes": asked.sizes, "rounds": rounds},
        )


def board(place: Place, size: int, say: Callable[[str], None]) -> Place:
    """Make a board of so many tasks beside the empty one: same keys, same caller."""
    say(f"filling {size} tasks with their entries and events")
    place.execute(f"CREATE DATABASE board_{size} TEMPLATE taskflow")
    found = replace(place, database=f"board_{size}")
    fill(found.execute, Filling(size, size), *BOARD)
    return found


def asking(place: Place) -> Took:
    """Ask everything on a board."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.asking"],
        cwd=ROOT,
        env=bare_environment(
            **BY_NAME["taskflow"].environment(place),
            LOG_LEVEL="ERROR",
            PYTHONPATH=str(ROOT),
            DJANGO_SETTINGS_MODULE="config.settings",
        ),
        input=json.dumps(place.credential),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-2000:])
    found: Took = json.loads(done.stdout.splitlines()[-1])
    return found


def table(sizes: list[int], rounds: Rounds) -> str:
    """Return what was measured, in Markdown."""
    small, large = (f"{size:,}" for size in sizes)
    head = ("ms at tasks", small, large, "ratio", f"statements, {small}", large, "ratio", "")
    return report.table(head, (_row(name, rounds) for name in rounds[0][0]))


def _row(name: str, rounds: Rounds) -> tuple[str, ...]:
    request, statements = (
        Compared(*(min(told[name][which] for told in board) for board in zip(*rounds, strict=True)))
        for which in (0, 1)
    )
    figures = [f"{figure:.2f}" for each in (request, statements) for figure in (*each, each.ratio)]
    return (name, *figures, "" if request.ratio <= AT_MOST else "**missed**")


def keep(written: str, results: Mapping[str, object]) -> None:
    """Store the figures, and the table between its marks."""
    RESULTS.write_text(json.dumps(results) + "\n")
    head, rest = report.README.read_text().split(BEGIN)
    report.README.write_text(f"{head}{BEGIN}\n{written}\n{END}{rest.split(END)[1]}")


if __name__ == "__main__":
    main()
