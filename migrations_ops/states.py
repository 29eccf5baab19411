"""How do the operations stand? What the routes, the shell and the console show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from audit.models import Entry
from migrations_ops import registry
from migrations_ops.loading import Registered
from migrations_ops.models import Run, Status
from migrations_ops.oneshot import InBatches
from migrations_ops.operations import TARGET
from migrations_ops.parameter_types import Parameter, described

LONGEST_HISTORY = 100


class Progress(StrEnum):
    """How far an operation has come."""

    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    FAILED = "failed"
    CANCELLED = "cancelled"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """An operation and, once somebody has claimed it, its run."""

    name: str
    description: str
    owner: str
    sunset: date
    max_rows: int
    reversible: bool
    undoes: str
    in_batches: bool
    parameters: Sequence[Parameter]
    code_sha256: str
    status: Progress
    run: Run | None
    history: Sequence[Entry]


def overview() -> list[State]:
    """Return all operations in the order of their files."""
    runs = {run.name: run for run in Run.objects.all()}
    return [_state(found, runs.get(found.name)) for found in registry.shipped.operations.values()]


def brief(name: str) -> State:
    """Return one operation. Raises NoSuchOneshot, Tombstoned."""
    return _state(registry.shipped.find(name), Run.objects.of(name))


def detail(name: str) -> State:
    """Return one operation with its audit entries, newest first.

    Raises NoSuchOneshot, Tombstoned.
    """
    found = registry.shipped.find(name)
    entries = Entry.objects.filter(target_type=TARGET, target_id=name).order_by("-id")
    return _state(found, Run.objects.of(name), entries[:LONGEST_HISTORY])


def _state(found: Registered, run: Run | None, history: Iterable[Entry] = ()) -> State:
    kind = found.kind
    return State(
        name=kind.name,
        description=kind.description,
        owner=kind.owner,
        sunset=kind.sunset,
        max_rows=kind.max_rows,
        reversible=kind.reversible,
        undoes=kind.undoes,
        in_batches=issubclass(kind, InBatches),
        parameters=described(kind),
        code_sha256=found.code_sha256,
        status=_progress(run),
        run=run,
        history=tuple(history),
    )


def _progress(run: Run | None) -> Progress:
    if run is None:
        return Progress.PENDING
    return Progress.COMPLETED if run.status == Status.DONE else Progress(run.status)
