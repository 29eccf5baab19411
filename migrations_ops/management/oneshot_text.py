"""How do operations, runs and previews look on a terminal?"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from migrations_ops.models import Run
from migrations_ops.operations import Preview
from migrations_ops.runner import Outcome
from migrations_ops.states import State


def overview(states: Iterable[State]) -> Table:
    """Return a table of all operations."""
    table = Table("operation", "status", "rows", "run by", "at", "sunset", "owner")
    for state in states:
        table.add_row(state.name, state.status, *_ran(state.run), str(state.sunset), state.owner)
    return table


def history(state: State) -> Table:
    """Return a table of what the audit tells of an operation."""
    table = Table("at", "action", "outcome", "actor", "request")
    for entry in state.history:
        at = f"{entry.occurred_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(at, entry.action, entry.outcome, entry.actor_id, entry.request_id)
    return table


def samples(shown: Preview) -> Table:
    """Return a table of rows before and after."""
    table = Table("row", "column", "before", "after")
    for sample in shown.samples:
        after: Mapping[str, Any] = sample.after or {}
        for number, (column, before) in enumerate(sample.before.items()):
            told = "deleted" if sample.after is None else _spelled(after[column])
            table.add_row(sample.id if number == 0 else "", column, _spelled(before), told)
    return table


def standing(state: State) -> Iterator[str]:
    """Yield the lines that say how an operation stands."""
    yield f"{state.name}: {state.description}"
    yield f"{state.status}; code {state.code_sha256}"
    run = state.run
    if run is None:
        return
    rows, run_by, at = _ran(run)
    expected = f" of {run.rows_expected}" if run.rows_expected is not None else ""
    yield f"{rows}{expected} rows, {run.percent} %, by {run_by}, at {at}"
    if run.failure:
        yield f"failed: {run.failure}"
    if run.receipt:
        yield f"receipt: {run.receipt}"


def outcome(name: str, told: Outcome) -> Iterator[str]:
    """Yield the lines that say how a run ended."""
    run = told.run
    yield (
        f"{name}: {'already ran' if told.already_ran else 'completed'}, "
        f"{run.rows_affected} rows in {run.duration_ms} ms, "
        f"by {run.run_by} at {run.started_at:%Y-%m-%dT%H:%M:%SZ}"
    )
    yield f"receipt: {run.receipt}"


@contextmanager
def progress(name: str) -> Iterator[Callable[[Run], None]]:
    """Show a bar and the time left on a terminal; nothing at all where a script reads."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    console = Console(stderr=True, quiet=not sys.stderr.isatty())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(name, total=None)

        def show(run: Run) -> None:
            expected = max(run.rows_expected or 0, run.rows_affected or 0)
            bar.update(task, completed=run.rows_affected, total=expected)

        yield show


def _spelled(value: object) -> str:
    """Return the value as JSON, in which blanks and an empty text can be seen."""
    return json.dumps(value, ensure_ascii=False)


def _ran(run: Run | None) -> tuple[str, str, str]:
    if run is None:
        return "", "", ""
    rows = "" if run.rows_affected is None else str(run.rows_affected)
    return rows, run.run_by, f"{run.started_at:%Y-%m-%d %H:%M}"
