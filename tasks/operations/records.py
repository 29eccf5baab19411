"""What does a file say of tasks, and what of it cannot be, whatever is on the board?"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from itertools import chain

from tasks.lifecycle import HELD, OPEN, Status
from tasks.operations.creating import Draft
from wire.errors import Fault

Graph = Mapping[int, Iterable[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Draft):
    """A task as one row of a file has it; ids are those of the file.

    `row` counts from 0, as in a pointer; `line` is where people find it.
    """

    row: int
    line: int
    id: int | None = None
    status: Status = Status.PENDING
    progress_percent: int | None = None
    blocked_reason: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    cancel_requested: bool = False

    def fault(self, member: str, message: str, code: str) -> Fault:
        """Return what is wrong with a member, with its place."""
        return Fault(f"/rows/{self.row}/{member}", f"Line {self.line}: {message}", code)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file: those that can be read, and what is wrong with the others.

    `ids` has the ids of all of them, so that a good row may refer to a bad one.
    """

    rows: int
    records: list[Record]
    ids: set[int]
    faults: list[Fault]


@dataclass(frozen=True, slots=True)
class Rule:
    """What no task is like: of which member it is told, when it is so, and in what words."""

    member: str
    broken: Callable[[Record, datetime], bool]
    message: str


RULES = (
    Rule(
        "progress_percent",
        lambda task, _: (
            task.status is Status.COMPLETED and task.progress_percent not in {None, 100}
        ),
        "A completed task is at 100.",
    ),
    Rule(
        "completed_at",
        lambda task, _: task.completed_at is not None and task.status is not Status.COMPLETED,
        "Only a completed task has it.",
    ),
    Rule(
        "completed_at",
        lambda task, at: (task.completed_at or at) > at,
        "It lies in the future.",
    ),
    Rule(
        "started_at",
        lambda task, at: (task.started_at or task.completed_at or at) > (task.completed_at or at),
        "It comes after the end, or lies in the future.",
    ),
    Rule(
        "assigned_to",
        lambda task, _: task.status in HELD and task.assigned_to is None,
        "Somebody holds a task that is worked on or in review.",
    ),
    Rule(
        "blocked_reason",
        lambda task, _: (task.status is Status.BLOCKED) is (task.blocked_reason is None),
        "A blocked task has one, and no other has.",
    ),
)


def impossible(records: Iterable[Record], at: datetime) -> Iterator[Fault]:
    """Yield what is wrong with records by themselves and with one another."""
    known = {record.id: record for record in records if record.id is not None}
    for record in records:
        for rule in RULES:
            if rule.broken(record, at):
                yield record.fault(rule.member, rule.message, "inconsistent")
        parent = known.get(record.parent_id or 0)
        if parent is not None and is_closed_to(record, parent.status):
            yield record.fault("parent_id", PARENT_COMPLETED, "parent_completed")
    yield from _cycles(known)


PARENT_COMPLETED = "An open task cannot stand under a completed one."


def is_closed_to(record: Record, parent: Status) -> bool:
    """Tell whether a record cannot come under a parent that is where it is."""
    return parent is Status.COMPLETED and record.status in OPEN


def _cycles(known: Mapping[int, Record]) -> Iterator[Fault]:
    above = {
        one: [task.parent_id]
        for one, task in known.items()
        if task.parent_id is not None and task.parent_id in known
    }
    needed = {one: [o for o in task.depends_on if o in known] for one, task in known.items()}
    for one in sorted(entangled(above)):
        yield known[one].fault("parent_id", "The task would stand above itself.", "cycle")
    for one in sorted(entangled(needed)):
        yield known[one].fault("depends_on", "The task would wait for itself.", "cycle")


def entangled(graph: Graph) -> set[int]:
    """Return the nodes that stand on a cycle, or between two: neither end leads out of it."""
    left = _without_ends(graph)
    return set(_without_ends(_turned(left)))


def _without_ends(graph: Graph) -> dict[int, list[int]]:
    """Return what is left when nodes that lead nowhere are taken away, again and again."""
    sorter = TopologicalSorter(graph)
    with suppress(CycleError):
        sorter.prepare()
    gone: set[int] = set()
    while ready := sorter.get_ready():
        sorter.done(*ready)
        gone.update(ready)
    nodes = set(chain(graph, *graph.values())) - gone
    return {node: [to for to in graph.get(node, ()) if to in nodes] for node in nodes}


def _turned(graph: Graph) -> dict[int, list[int]]:
    turned: dict[int, list[int]] = {node: [] for node in graph}
    for node, targets in graph.items():
        for target in targets:
            turned[target].append(node)
    return turned
