"""What of a task's history is in somebody's sight?

An entry says what whoever acted saw, and some were written while the task was in another project.
So what is out of the reader's sight is left out, as it is of events.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import BooleanField, Func, Q

from audit.actions import Action
from audit.models import Entry, EntryQuerySet
from tasks.models import Project, Task
from tasks.sight import Sight, in_sight
from tasks.sql import any_of

Changes = Mapping[str, Sequence[Any]]


class IsOfDeletedProject(Func):
    """Whether the entry's project was deleted since, also where another has taken its slug."""

    template = any_of(
        "audit_entry d WHERE (d.target_type, d.target_id, d.action) ="
        f" ('project', audit_entry.project_slug, '{Action.PROJECT_DELETED.value}')"
        " AND d.id > audit_entry.id"
    )
    output_field = BooleanField()


class _Seen(NamedTuple):
    """Which of the tasks that entries mention the reader sees, and which projects are hidden."""

    tasks: Collection[int]
    hidden: Collection[str]


def entries_of(task_id: int, sight: Sight) -> EntryQuerySet:
    """Return the entries of a task in sight from when it was where the reader may look."""
    entries = Entry.objects.of_task(task_id)
    if sight.sees_all:
        return entries
    return entries.filter(in_sight(sight), ~Q(IsOfDeletedProject()))


def narrowed(entries: Sequence[Entry], sight: Sight) -> Sequence[Entry]:
    """Return the entries without what is out of sight; of one that lost some no hash is told."""
    if sight.sees_all:
        return entries
    seen = _look(entries, sight)
    for entry in entries:
        changes = dict(_told(entry.changes, seen))
        if changes != entry.changes:
            entry.changes, entry.leaf_hash = changes, ""
    return entries


def _look(entries: Sequence[Entry], sight: Sight) -> _Seen:
    mentioned = {each for entry in entries for each in _related(entry.changes)}
    left = {
        entry.changes["project_slug"][0] for entry in entries if "project_slug" in entry.changes
    }
    if not mentioned and not left - {None}:
        return _Seen((), ())
    tasks = Task.objects.filter(in_sight(sight), pk__in=mentioned).values_list("pk", flat=True)
    theirs = Project.objects.filter(~in_sight(sight, "slug"), pk__in=left)
    gone = Entry.objects.filter(
        target_type="project", target_id__in=left, action=Action.PROJECT_DELETED.value
    )
    hidden = {*theirs.values_list("pk", flat=True), *gone.values_list("target_id", flat=True)}
    return _Seen(set(tasks), hidden)


def _related(changes: Changes) -> Iterator[int]:
    for parent in changes.get("parent_id", ()):
        yield from () if parent is None else (parent,)
    for needed in changes.get("depends_on", ()):
        yield from needed or ()


def _told(changes: Changes, seen: _Seen) -> Iterable[tuple[str, list[Any]]]:
    """Yield the changes that are left, and of a task that came out of hiding only what is new."""
    came_out = changes.get("project_slug", [None])[0] in seen.hidden
    for name, (old, new) in changes.items():
        pair = [None if came_out else _part(name, old, seen), _part(name, new, seen)]
        if pair[0] != pair[1]:
            yield name, pair


def _part(name: str, value: Any, seen: _Seen) -> Any:
    if name == "parent_id":
        return value if value in seen.tasks else None
    if name == "depends_on" and value is not None:
        return [each for each in value if each in seen.tasks]
    return value
