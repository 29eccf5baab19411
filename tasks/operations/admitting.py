"""May the rows of a file come onto this board, beside what is on it?"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from accounts.principals import Principal
from audit.actors import ActorType
from tasks.errors import NoSuchProject, ReviewRequired, ViewersOnlyLook
from tasks.lifecycle import Status
from tasks.models import Task
from tasks.operations.assigning import kinds_of
from tasks.operations.records import PARENT_COMPLETED, Record, Sheet, is_closed_to
from tasks.projects import Membership
from tasks.sight import Sight
from tasks.sql import Entrance, entrances, portions
from wire.errors import Fault

UNKNOWN = "There is no such task, neither in the file nor on the board."


@dataclass(frozen=True, slots=True)
class Around:
    """What there is of all that a file refers to: nothing that is out of the caller's sight.

    `writable` are those of the tasks that the caller may change.
    """

    kinds: Mapping[str, ActorType]
    tasks: Mapping[int, Status]
    writable: frozenset[int]
    projects: Mapping[str, Entrance]


def look_around(sheet: Sheet, caller: Principal) -> Around:
    """Return what the file refers to, and keep it as it is until the transaction ends.

    Tasks and projects are locked in one order, so that two files cannot wait for each other.
    """
    people = {one.assigned_to for one in sheet.records if one.assigned_to}
    slugs = sorted({one.project_slug for one in sheet.records if one.project_slug})
    wanted = sorted({one for record in sheet.records for one in _references(record)} - sheet.ids)
    tasks: dict[int, Status] = {}
    writable: set[int] = set()
    for some in portions(wanted):
        seen = Task.objects.visible_to(caller).filter(pk__in=some).order_by("pk")
        locked = seen.select_for_update(no_key=True).values_list("pk", "status")
        tasks |= {number: Status(status) for number, status in locked}
        writable |= set(seen.writable_by(caller).values_list("pk", flat=True))
    projects: dict[str, Entrance] = {}
    for names in portions(slugs):
        projects |= entrances(names, Sight.of(caller).member)
    return Around(kinds_of(people, caller), tasks, frozenset(writable), projects)


def unfit(sheet: Sheet, around: Around, caller: Principal) -> Iterator[Fault]:
    """Yield what keeps each record from coming onto the board."""
    there = sheet.ids | around.tasks.keys()
    for record in sheet.records:
        if record.assigned_to is not None and record.assigned_to not in around.kinds:
            yield record.fault("assigned_to", "Nobody has this id.", "unknown_principal")
        if record.parent_id is not None and record.parent_id not in sheet.ids:
            yield from _parent(record, record.parent_id, around)
        yield from _missing(record, there)
        entrance = around.projects.get(record.project_slug or "")
        if entrance is not None and not caller.is_admin:
            yield from _project(record, entrance, caller)


def _references(record: Record) -> Iterator[int]:
    yield from record.depends_on
    if record.parent_id is not None:
        yield record.parent_id


def _parent(record: Record, parent: int, around: Around) -> Iterator[Fault]:
    if parent not in around.tasks:
        yield record.fault("parent_id", UNKNOWN, "unknown_task")
    elif parent not in around.writable:
        yield record.fault("parent_id", ViewersOnlyLook.sentence, "viewers_only_look")
    elif is_closed_to(record, around.tasks[parent]):
        yield record.fault("parent_id", PARENT_COMPLETED, "parent_completed")


def _missing(record: Record, there: Collection[int]) -> Iterator[Fault]:
    for place, one in enumerate(record.depends_on):
        if one not in there:
            yield record.fault(f"depends_on/{place}", UNKNOWN, "unknown_task")


def _project(record: Record, entrance: Entrance, caller: Principal) -> Iterator[Fault]:
    """Yield why the caller cannot bring the record into a project; owners may bring anything."""
    rules = entrance.role == Membership.OWNER and caller.actor_type is ActorType.HUMAN
    if entrance.role is None:
        yield record.fault("project_slug", NoSuchProject.sentence, "no_such_project")
    elif entrance.role == Membership.VIEWER:
        yield record.fault("project_slug", ViewersOnlyLook.sentence, "viewers_only_look")
    elif entrance.requires_review and record.status is Status.COMPLETED and not rules:
        yield record.fault("status", ReviewRequired.sentence, "review_required")
