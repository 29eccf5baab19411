"""What happens when tasks come from a file? All of them are made, or none."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import F

from accounts.principals import Principal
from audit.actions import Action
from audit.actors import ActorType
from audit.recording import Journal
from tasks.errors import RowsRefused
from tasks.lifecycle import HELD, Status
from tasks.models import Dependency, Task
from tasks.operations.admitting import look_around, unfit
from tasks.operations.creating import row_of
from tasks.operations.effects import usual_lease
from tasks.operations.records import Record, Sheet, impossible
from tasks.operations.settling import note, whole
from tasks.relation_sql import put_under
from tasks.rows import TaskRow
from tasks.sql import MOST, portions


def bring_in(sheet: Sheet, *, caller: Principal, journal: Journal) -> list[TaskRow]:
    """Make the tasks of a file, each where it is in its life; the caller is their creator.

    Rows refer to each other by the ids they have in the file, and to tasks of the board by any
    other id. Raises RowsRefused, which names all that is wrong with any row.
    """
    around = look_around(sheet, caller)
    faults = [
        *sheet.faults,
        *impossible(sheet.records, journal.at),
        *unfit(sheet, around, caller),
    ]
    if faults:
        raise RowsRefused.among(sheet.rows, faults)
    tasks = Task.objects.bulk_create(
        [_task(record, around.kinds, caller, journal) for record in sheet.records], batch_size=MOST
    )
    rows = _related(sheet.records, tasks, around.tasks)
    for record, row in zip(sheet.records, rows, strict=True):
        was = {} if record.id is None else {"id_in_file": record.id}
        note(journal, Action.TASK_IMPORTED, row, whole(row, gone=False), was)
    return rows


def _task(
    record: Record, kinds: Mapping[str, ActorType], caller: Principal, journal: Journal
) -> Task:
    """Return the task of a record, not yet stored, and without its relations."""
    is_completed = record.status is Status.COMPLETED
    return Task(
        title=record.title,
        description=record.description,
        status=record.status.value,
        priority=record.priority,
        progress_percent=100 if is_completed else record.progress_percent or 0,
        assigned_to=record.assigned_to,
        project_slug=record.project_slug,
        due_date=record.due_date,
        tags=list(record.tags),
        blocked_reason=record.blocked_reason,
        blocked_from=Status.PENDING.value if record.status is Status.BLOCKED else None,
        created_by=caller.id,
        created_at=journal.at,
        updated_at=journal.at,
        completed_at=record.completed_at or journal.at if is_completed else None,
        cancel_requested=record.cancel_requested,
        **_hold(record, kinds, caller, journal),
    )


def _hold(
    record: Record, kinds: Mapping[str, ActorType], caller: Principal, journal: Journal
) -> dict[str, Any]:
    """Return what it sets that somebody holds the task: their hold begins anew."""
    if record.status not in HELD or record.assigned_to is None:
        return {"started_at": record.started_at}
    holder, kind = record.assigned_to, kinds[record.assigned_to]
    lease = usual_lease(kind)
    held = {
        "started_at": record.started_at or journal.at,
        "held_by": holder,
        "held_by_type": kind.value,
        "fence": 1,
        "lease_seconds": lease,
    }
    if record.status is Status.IN_PROGRESS:
        runs = None if lease is None else journal.at + timedelta(seconds=lease)
        return {**held, "lease_expires_at": runs}
    # Nor may who says that work waits for a verdict give that verdict.
    return {**held, "submitted_by": caller.id, "worked_by": holder, "worked_by_type": kind.value}


def _related(
    records: Sequence[Record], tasks: Sequence[Task], outer: Collection[int]
) -> list[TaskRow]:
    """Store the relations of new tasks, from the ids in the file to those they have now."""
    pairs = list(zip(records, tasks, strict=True))
    ids = {record.id: task.pk for record, task in pairs if record.id is not None}
    above = {
        task.pk: ids.get(record.parent_id, record.parent_id)
        for record, task in pairs
        if record.parent_id is not None
    }
    needed = {
        task.pk: sorted({ids.get(one, one) for one in record.depends_on}) for record, task in pairs
    }
    for pairs_of_ids in portions([*above.items()]):
        put_under(pairs_of_ids)
    for parents in portions(sorted(set(above.values()).intersection(outer))):
        Task.objects.filter(pk__in=parents).update(version=F("version") + 1)
    links = ((one, other) for one, others in needed.items() for other in others)
    Dependency.objects.bulk_create(
        (Dependency(task_id=one, depends_on_id=other) for one, other in links), batch_size=MOST
    )
    return _rows(tasks, above, needed)


def _rows(
    tasks: Sequence[Task], above: Mapping[int, int], needed: Mapping[int, list[int]]
) -> list[TaskRow]:
    children = Counter(above.values())
    completed = Counter(
        above[task.pk]
        for task in tasks
        if task.pk in above and task.status == Status.COMPLETED.value
    )
    return [
        row_of(task, needed[task.pk])._replace(
            parent_id=above.get(task.pk),
            subtask_count=children[task.pk],
            subtasks_completed=completed[task.pk],
        )
        for task in tasks
    ]
