"""What may a task stand under, and what may it wait for?"""

from collections.abc import Collection

from django.db.models import F

from accounts.principals import Principal
from tasks.errors import ParentCompleted, ViewersOnlyLook
from tasks.lifecycle import Status
from tasks.models import Dependency, Task, TaskQuerySet
from tasks.relation_sql import is_ancestor, is_needed_by, kept
from wire.errors import Fault, InvalidInput


def come_under(parent_id: int, caller: Principal, *, is_open: bool) -> None:
    """Tell a parent that the caller chose that it has gained a child.

    Raises ParentCompleted, ViewersOnlyLook, and InvalidInput for a parent that is not there.
    """
    if _tell_parent(parent_id, Task.objects.writable_by(caller), is_open):
        return
    seen = Task.objects.visible_to(caller).filter(pk=parent_id)
    if not seen.exists():
        raise unknown_parent()
    if not seen.writable_by(caller).exists():
        raise ViewersOnlyLook
    raise ParentCompleted


def rejoin(parent_id: int) -> None:
    """Tell the parent of a task that this is open again. Raises ParentCompleted."""
    if not _tell_parent(parent_id, Task.objects.all(), True):
        raise ParentCompleted


def _tell_parent(parent_id: int, among: TaskQuerySet, is_open: bool) -> bool:
    """Raise the parent's version in the child's transaction; tell whether it took the child.

    That settles the race with completing it: whichever comes second finds that the row has moved
    and decides again.
    """
    parents = among.filter(pk=parent_id)
    willing = parents.exclude(status=Status.COMPLETED.value) if is_open else parents
    return bool(willing.update(version=F("version") + 1))


def refuse_parent(parent_id: int, task_id: int, caller: Principal) -> None:
    """Raise InvalidInput for a parent of an existing task that is not there or makes a cycle."""
    if not Task.objects.visible_to(caller).filter(pk=parent_id).exists():
        raise unknown_parent()
    if parent_id == task_id or is_ancestor(task_id, of=parent_id):
        raise InvalidInput.at("/parent_id", "The task would stand above itself.", "cycle")


def unknown_parent() -> InvalidInput:
    """Return the refusal of a parent that is missing or out of sight."""
    return InvalidInput.at("/parent_id", "There is no such task.", "unknown_task")


def refuse_dependencies(wanted: Collection[int], task_id: int | None, caller: Principal) -> None:
    """Raise InvalidInput for dependencies that are not there or would wait for the task itself.

    Those that are there stay until the transaction ends.
    """
    if not wanted:
        return
    seen = Task.objects.visible_to(caller).filter(pk__in=wanted).values_list("pk", flat=True)
    missing = set(wanted).difference(kept(list(seen)))
    if missing:
        raise InvalidInput([
            Fault(f"/depends_on/{place}", "There is no such task.", "unknown_task")
            for place, one in enumerate(wanted)
            if one in missing
        ])  # fmt: skip
    if task_id is not None and (task_id in wanted or is_needed_by(task_id, any_of=wanted)):
        raise InvalidInput.at("/depends_on", "The task would wait for itself.", "cycle")


def wait_for(task_id: int, before: Collection[int], wanted: Collection[int]) -> None:
    """Store what the task depends on now."""
    gone, new = set(before).difference(wanted), set(wanted).difference(before)
    if gone:
        Dependency.objects.filter(task=task_id, depends_on__in=gone).delete()
    if new:
        Dependency.objects.bulk_create(
            Dependency(task_id=task_id, depends_on_id=one) for one in sorted(new)
        )
