"""How long are functions, files and tests? A report, and a refusal where a budget is passed."""

import ast
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.environment import ROOT

PROGRAM = (
    *(
        "config",
        "wire",
        "accounts",
        "tasks",
        "audit",
        "idempotency",
        "outbox",
        "events",
        "migrations_ops",
    ),
    *("benchmarks", "clients", "console", "local", "deploy"),
)
TESTS = ("tests",)
WRITTEN_BY_DJANGO = "migrations"


@dataclass(frozen=True)
class Length:
    """How many lines something has, and where it starts."""

    lines: int
    where: str


@dataclass(frozen=True)
class Budget:
    """What may be at most so long, and so long in 95 of 100 cases."""

    name: str
    longest: int
    usual: int | None
    found: Sequence[Length]

    def __str__(self) -> str:
        usual = "" if self.usual is None else f", 95 % up to {self._p95()} (budget {self.usual})"
        worst = max((length.lines for length in self.found), default=0)
        return f"{self.name}: {len(self.found)}, longest {worst} (budget {self.longest}){usual}"

    def passed_by(self) -> list[str]:
        """What is too long, each with its place."""
        over = [f"{each.where}: {each.lines}" for each in self.found if each.lines > self.longest]
        if self.usual is not None and self._p95() > self.usual:
            over.append(f"95 % of {self.name} are up to {self._p95()} lines long")
        return over

    def _p95(self) -> int:
        ranked = sorted(length.lines for length in self.found)
        return ranked[math.ceil(0.95 * len(ranked)) - 1] if ranked else 0


def main() -> None:
    """Print each budget. Ends with 1 when one is passed."""
    asked = list(_functions(TESTS))
    tests = [each for each in asked if "test_" in each.where.split("::")[1]]
    functions = [*_functions(PROGRAM), *(each for each in asked if each not in tests)]
    budgets = (
        Budget("functions", 30, 20, functions),
        Budget("tests", 20, None, tests),
        Budget("files", 250, None, [_file(path) for path in _sources((*PROGRAM, *TESTS))]),
    )
    over = [place for budget in budgets for place in budget.passed_by()]
    print("\n".join((*map(str, budgets), *over)))
    sys.exit(1 if over else 0)


def _sources(folders: Sequence[str]) -> Iterator[Path]:
    for folder in folders:
        found = sorted((ROOT / folder).rglob("*.py"))
        yield from (path for path in found if path.parent.name != WRITTEN_BY_DJANGO)


def _file(path: Path) -> Length:
    return Length(len(path.read_text().splitlines()), str(path.relative_to(ROOT)))


def _functions(folders: Sequence[str]) -> Iterator[Length]:
    for path in _sources(folders):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                yield Length(lines, f"{path.relative_to(ROOT)}:{node.lineno}::{node.name}")


if __name__ == "__main__":
    main()
