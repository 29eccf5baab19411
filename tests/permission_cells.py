"""What it takes to try the cells of the permission table: callers, objects, and good requests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from accounts.principals import Principal
from accounts.scopes import Role
from audit.actions import Action
from audit.actors import ActorType
from audit.models import Entry
from config.permission_table import Caller, Cell, Rule
from events import webhooks
from tasks.lifecycle import Status
from tasks.models import Member, Project
from tests.factories import NOON, a_project, a_task, acting, somebody
from tests.servers.google_certs import PUSHER

SHED, VAULT, BARN = "shed", "vault", "barn"
MISSING = {
    "task_id": 4711, "slug": "nowhere", "principal": "@none", "entry_id": 4711, "name": "none",
    "session_id": "00000000-0000-4000-8000-000000000000",
    "webhook_id": "00000000-0000-4000-8000-000000000000",
}  # fmt: skip
KEEPER = somebody("@keeper")

PRINCIPALS: Mapping[Caller, Principal] = {
    Caller.OUTSIDER: somebody("@mallory"),
    Caller.VIEWER: somebody("@bob"),
    Caller.MEMBER: somebody("@alice"),
    Caller.OWNER: somebody("@olga"),
    Caller.AGENT: somebody("@robo", kind=ActorType.AGENT),
    Caller.SERVICE: somebody(f"sa:{PUSHER}", kind=ActorType.SERVICE),
    Caller.OPERATOR: somebody("@carol"),
    Caller.ADMIN: somebody("@admin"),
    Caller.PIPELINE: somebody("sa:pipeline", kind=ActorType.SERVICE),
}
ROLES = {
    Caller.VIEWER: "viewer", Caller.MEMBER: "member", Caller.OWNER: "owner",
    Caller.AGENT: "member", Caller.SERVICE: "member",
}  # fmt: skip


class Whose(StrEnum):
    """Whose object it is."""

    OWN = "own"
    OTHERS = "others'"
    FOREIGN = "out of sight"
    MISSING = "missing"


@dataclass(frozen=True)
class Probe:
    """A request that succeeds for who may make it, or at least gets past the question who may;
    the task is in that state."""

    body: Mapping[str, Any] = field(default_factory=dict)
    state: Status = Status.PENDING
    succeeds: bool = True


WHY = {"reason": "It rains."}
PROBES: Mapping[str, Probe] = {
    "PATCH /api/tasks/{task_id}": Probe({"title": "Sand"}),
    "POST /api/tasks/{task_id}/subtasks": Probe({"title": "Sand"}),
    "POST /api/tasks/{task_id}/comments": Probe({"body": "Nice."}),
    "POST /api/tasks/{task_id}/reopen": Probe(state=Status.CANCELLED),
    "POST /api/tasks/{task_id}/start": Probe(),
    "POST /api/tasks/{task_id}/progress": Probe({"percent": 5}, Status.IN_PROGRESS),
    "POST /api/tasks/{task_id}/block": Probe(WHY, Status.IN_PROGRESS),
    "POST /api/tasks/{task_id}/unblock": Probe(state=Status.BLOCKED),
    "POST /api/tasks/{task_id}/approve": Probe(state=Status.REVIEW),
    "POST /api/tasks/{task_id}/reject": Probe(WHY, Status.REVIEW),
    **{
        f"POST /api/tasks/{{task_id}}/{verb}": Probe(state=Status.IN_PROGRESS)
        for verb in ("complete", "submit", "release", "cancel")
    },
    "DELETE /api/tasks/{task_id}": Probe(),
    "POST /api/projects": Probe({"slug": "new"}),
    "PATCH /api/projects/{slug}": Probe({"requires_review": True}),
    "DELETE /api/projects/{slug}": Probe(),
    "POST /api/projects/{slug}/members": Probe({"principal": "@crawler", "role": "viewer"}),
    "PATCH /api/projects/{slug}/members/{principal}": Probe({"role": "viewer"}),
    "DELETE /api/projects/{slug}/members/{principal}": Probe(),
    "POST /api/tasks": Probe({"title": "Sand"}),
    "POST /api/tasks/claim": Probe(),
    "POST /api/webhooks": Probe({"url": "https://hooks.example.com/", "project": SHED}),
    "DELETE /api/webhooks/{webhook_id}": Probe(),
    "POST /api/admin/migrations/{name}/approve": Probe(
        {"requester": KEEPER.id, "preview_digest": "x"}, succeeds=False
    ),
}
# What only somebody hears who may do it, but has not said what it takes.
HEARD_BY_THE_ALLOWED = frozenset({"migration_token_missing", "not_sealed_yet", "invalid_client"})


def projects() -> None:
    """Make the project that the callers are in, one without tasks, and one out of sight."""
    roles = {PRINCIPALS[caller].id: role for caller, role in ROLES.items()}
    for slug in (SHED, BARN):
        a_project(slug, {**roles, KEEPER.id: "owner", "@dana": "member"})
    a_project(VAULT, {KEEPER.id: "owner", "@dana": "member"})


def restore() -> None:
    """Undo what one cell did to the projects, for the next."""
    Member.objects.all().delete()
    Project.objects.all().delete()
    projects()


def path_of(route: str, caller: Caller, whose: Whose, state: Status) -> str:
    """Return the path of an object that is so to the caller."""
    path = route.partition(" ")[2]
    for name, make in MADE.items():
        if f"{{{name}}}" in path:
            value = MISSING[name] if whose is Whose.MISSING else make(caller, whose, state)
            path = path.replace(f"{{{name}}}", str(value))
    return path


def _task(caller: Caller, whose: Whose, state: Status) -> int:
    who = PRINCIPALS.get(caller, KEEPER) if whose is Whose.OWN else KEEPER
    slug = VAULT if whose is Whose.FOREIGN else SHED
    before = {"blocked_from": Status.IN_PROGRESS} if state is Status.BLOCKED else {}
    task = a_task(state, holder=who, project_slug=slug, created_by=who.id, **before)
    return int(task.pk)


def _project(caller: Caller, whose: Whose, state: Status) -> str:
    return VAULT if whose is Whose.FOREIGN else BARN


def _entry(caller: Caller, whose: Whose, state: Status) -> int:
    who = PRINCIPALS.get(caller, KEEPER) if whose is Whose.OWN else KEEPER
    with acting(who, NOON) as journal:
        journal.record(Action.TASK_UPDATED, target=("task", 7))
    return Entry.objects.latest("id").pk


def _webhook(caller: Caller, whose: Whose, state: Status) -> UUID:
    who = somebody("@admin", role=Role.ADMIN)
    slug = VAULT if whose is Whose.FOREIGN else SHED
    with acting(who, NOON) as journal:
        made = webhooks.create(
            "https://hooks.example.com/", slug, None, caller=who, journal=journal
        )
    return made.webhook.pk


MADE: Mapping[str, Callable[[Caller, Whose, Status], Any]] = {
    "task_id": _task,
    "slug": _project,
    "principal": lambda *_: "@dana",
    "entry_id": _entry,
    "name": lambda *_: "lowercase_project_slugs",
    "session_id": lambda *_: MISSING["session_id"],
    "webhook_id": _webhook,
}


def expected(rule: Rule, route: str, caller: Caller, whose: Whose) -> Cell:
    """Return YES, NO, UNSEEN or UNKNOWN: what the table says of this very object."""
    cell = rule.cell(caller)
    if cell is Cell.UNKNOWN or not rule.is_open_to(caller):
        return cell
    if "{" not in route:
        return cell
    sees_all = caller is Caller.ADMIN
    if whose is Whose.MISSING or (whose is Whose.FOREIGN and not sees_all):
        return Cell.UNSEEN
    own = whose is Whose.OWN
    judged = {Cell.OWN: (Cell.NO, Cell.YES), Cell.NOT_OWN: (Cell.YES, Cell.NO),
              Cell.SEES_OWN: (Cell.UNSEEN, Cell.YES)}  # fmt: skip
    return judged[cell][own] if cell in judged else cell


def outcome(answer: Any) -> Cell:
    """Return what became of it."""
    kinds = {401: Cell.UNKNOWN, 403: Cell.NO, 404: Cell.UNSEEN}
    kind = kinds.get(answer.status_code, Cell.YES)
    told = kind is not Cell.YES and answer.json()["code"] in HEARD_BY_THE_ALLOWED
    return Cell.YES if told else kind


def kinds_of(route: str) -> list[Whose]:
    """Return whose objects there are for a route; one kind is enough where it names none."""
    if "{session_id}" in route:
        return [Whose.MISSING]
    if "{name}" in route:
        return [Whose.OTHERS, Whose.MISSING]
    return list(Whose) if "{" in route else [Whose.OTHERS]
