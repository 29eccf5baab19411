"""Tasks in every place of their life, projects, callers without HTTP, and an audit that cannot be
written."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from accounts.principals import Principal
from accounts.scopes import ROLE_SCOPES, Role
from audit.actors import ActorType, Origin
from audit.recording import Journal, recording
from tasks.lifecycle import HELD, Status
from tasks.models import Member, Project, Task
from tasks.rows import TaskRow

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def somebody(
    handle: str,
    *,
    kind: ActorType = ActorType.HUMAN,
    role: Role = Role.USER,
    on_behalf_of: str = "",
) -> Principal:
    """A caller as its method of vouching would yield it."""
    return Principal(
        id=handle, actor_type=kind, role=role, scopes=ROLE_SCOPES[role], method="dev_bypass",
        on_behalf_of=on_behalf_of,
    )  # fmt: skip


ALICE, BOB = somebody("@alice"), somebody("@bob")
ADMIN = somebody("@admin", role=Role.ADMIN)
ROBO, CRAWLER = (somebody(name, kind=ActorType.AGENT) for name in ("@robo", "@crawler"))
PUSHER = somebody("sa:pusher@example.org", kind=ActorType.SERVICE)


def a_task(status: Status = Status.PENDING, *, holder: Principal = ALICE, **members: Any) -> Task:
    """Store a task that has come to `status` in the hands of `holder`."""
    origin = Status(members.get("blocked_from", Status.PENDING))
    place = origin if status is Status.BLOCKED else status
    given = {
        "title": "Paint the fence",
        "status": status.value,
        "created_by": "@alice",
        "created_at": NOON,
        "updated_at": NOON,
        **(_held_by(holder) if place in HELD | {Status.COMPLETED} else {}),
        **(_submitted_by(holder) if place is Status.REVIEW else {}),
        **_SIGNS.get(status, {}),
    }
    return Task.objects.create(**{**given, **members})


def a_project(
    slug: str, members: Mapping[str, str] | None = None, *, requires_review: bool = False
) -> Project:
    """Store a project; `members` maps principals to their roles."""
    project = Project.objects.create(
        slug=slug, requires_review=requires_review, created_by="@alice", created_at=NOON,
        updated_at=NOON,
    )  # fmt: skip
    Member.objects.bulk_create(
        Member(project=project, principal=name, role=role, added_by="@alice", added_at=NOON)
        for name, role in (members or {}).items()
    )
    return project


def _held_by(holder: Principal) -> dict[str, Any]:
    kind = holder.actor_type.value
    return {"assigned_to": holder.id, "held_by": holder.id, "held_by_type": kind, "fence": 1,
            "started_at": NOON}  # fmt: skip


def _submitted_by(holder: Principal) -> dict[str, Any]:
    kind = holder.actor_type.value
    return {"submitted_by": holder.id, "worked_by": holder.id, "worked_by_type": kind}


_SIGNS: dict[Status, dict[str, Any]] = {
    Status.COMPLETED: {"completed_at": NOON, "progress_percent": 100},
    Status.BLOCKED: {"blocked_from": Status.PENDING.value, "blocked_reason": "It rains."},
}


@contextmanager
def acting(caller: Principal, at: datetime = NOON, *, lazily: bool = False) -> Iterator[Journal]:
    """Open a recording on behalf of the caller, as a view would."""
    origin = Origin(request_id="test-request")
    with recording(actor=caller.as_actor(), at=at, origin=origin, lazily=lazily) as journal:
        yield journal


def stored(task: Task | TaskRow | int) -> dict[str, Any]:
    """All that the database holds of a task, to compare."""
    number = task if isinstance(task, int) else task.id
    return dict(Task.objects.filter(pk=number).values().get())


def make_history_unwritable() -> None:
    """Let the database refuse every new entry until the test's transaction is rolled back."""
    make_table_unwritable("audit_entry")


def make_table_unwritable(table: str) -> None:
    """Let the database refuse every new row until the test's transaction is rolled back."""
    with connection.cursor() as cursor:
        for statement in _FULL_DISK[connection.vendor]:
            cursor.execute(statement.format(table))


_FULL_DISK = {
    "sqlite": [
        """CREATE TRIGGER full_disk BEFORE INSERT ON {}
        BEGIN SELECT RAISE(ABORT, 'disk full'); END"""
    ],
    "postgresql": [
        """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'disk full'; END $$""",
        """CREATE TRIGGER full_disk BEFORE INSERT ON {}
        EXECUTE FUNCTION full_disk()""",
    ],
}
