"""The routes of the django-bolt peer: sync handlers, each with the ORM in one thread."""

import hmac
import uuid
from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.db import transaction
from django_bolt import BoltAPI, Request
from django_bolt.auth import IsAuthenticated, JWTAuthentication
from django_bolt.auth.user_loader import load_user_by_pk_sync
from django_bolt.exceptions import BadRequest, NotFound, Unauthorized
from django_bolt.param_functions import Depends, Form

from benchmarks.peers import steps, tokens
from benchmarks.peers.environment import AUDIENCE, ISSUER, JWKS, digest
from benchmarks.peers.plain.models import PRIORITIES, Entry, Principal, Task


class TaskOut(msgspec.Struct, kw_only=True):
    """A task on the wire. The derived members are constants: a gift to the peers."""

    id: int
    title: str
    description: str
    status: str
    priority: str
    progress_percent: int
    assigned_to: str | None
    project_slug: str | None
    parent_id: int | None
    due_date: datetime | None
    tags: list[str]
    depends_on: list[int] = []
    blocked_reason: str | None
    created_by: str
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    version: int
    fence: int
    lease_expires_at: datetime | None
    cancel_requested: bool
    subtask_count: int = 0
    subtasks_completed: int = 0


class TaskIn(msgspec.Struct, forbid_unknown_fields=True):
    """What a task begins with."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    description: str = ""
    priority: str = "medium"
    project_slug: str | None = None
    tags: list[str] = []


class ProgressIn(msgspec.Struct):
    """How far somebody is."""

    percent: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None
    note: str | None = None


class Bearer(JWTAuthentication):
    """Tokens of our issuer, checked in Rust; whose they are is looked up once it is asked."""

    def get_user_sync(self, user_id: str | None) -> Any:
        return load_user_by_pk_sync(Principal, user_id)


# What steps change.
CHANGING = (
    "status", "assigned_to", "progress_percent", "started_at", "completed_at", "fence", "version",
    "updated_at",
)  # fmt: skip
DERIVED = {"depends_on", "subtask_count", "subtasks_completed"}
COLUMNS = tuple(name for name in TaskOut.__struct_fields__ if name not in DERIVED)
SIGNED_IN: dict[str, Any] = {
    "auth": [
        Bearer(
            jwks=JWKS,
            algorithms=["RS256"],
            audience=AUDIENCE,
            issuer=ISSUER,
            leeway=30,
            require_jti=True,
        )
    ],
    "guards": [IsAuthenticated()],
}
# The peers log nothing and compress nothing.
api = BoltAPI(enable_logging=False, compression=False)


def caller(request: Request) -> Principal:
    """Return who calls: the token's subject, looked up."""
    found = request.user
    if not found or not found.is_active:
        raise Unauthorized(detail="unknown principal")
    return found


Caller = Annotated[Principal, Depends(caller)]


def out(row: dict[str, Any]) -> TaskOut:
    """Return the wire form of a task's columns."""
    return TaskOut(**{**row, "priority": PRIORITIES[row["priority"]]})


def noted(task: Task, who: Principal, action: str) -> TaskOut:
    """Write the audit row of a change, and return the wire form of what it left."""
    Entry.objects.create(
        action=action,
        actor_id=who.id,
        actor_type=who.actor_type,
        task_id=task.pk,
        changes={"status": task.status},
        request_id=uuid.uuid4().hex,
    )
    return out({name: getattr(task, name) for name in COLUMNS})


@api.get("/health")
async def health() -> dict[str, str]:
    """Tell that the process lives."""
    return {"status": "healthy"}


@api.get("/.well-known/jwks.json")
async def jwks() -> dict[str, Any]:
    """Publish the keys."""
    return JWKS


@api.get("/api/tasks", **SIGNED_IN)
def tasks(_: Caller, limit: int = 50) -> list[TaskOut]:
    """List the newest tasks."""
    return [out(row) for row in Task.objects.order_by("-id").values(*COLUMNS)[:limit]]


@api.get("/api/tasks/{task_id}", **SIGNED_IN)
def task(task_id: int, _: Caller) -> TaskOut:
    """Show one task."""
    found = Task.objects.filter(pk=task_id).values(*COLUMNS).first()
    if found is None:
        raise NotFound(detail="no such task")
    return out(found)


@api.post("/api/tasks", status_code=201, **SIGNED_IN)
def create(body: TaskIn, who: Caller) -> TaskOut:
    """Make a task."""
    members = {**msgspec.structs.asdict(body), "priority": PRIORITIES.index(body.priority)}
    with transaction.atomic():
        made = Task.objects.create(**members, created_by=who.id)
        return noted(made, who, "task.created")


@api.post("/api/tasks/{task_id}/{verb}", **SIGNED_IN)
def step(task_id: int, verb: str, body: ProgressIn, who: Caller) -> TaskOut:
    """Take a step."""
    action, change = steps.STEPS[verb]
    with transaction.atomic():
        found = Task.objects.select_for_update().filter(pk=task_id).first()
        if found is None:
            raise NotFound(detail="no such task")
        try:
            change(found, who.id, body.percent)
        except steps.Refused as refused:
            raise BadRequest(detail=str(refused)) from refused
        steps.touch(found)
        found.save(update_fields=CHANGING)
        return noted(found, who, action)


@api.post("/oauth/token")
def token(
    client_id: Annotated[str, Form()], client_secret: Annotated[str, Form()]
) -> dict[str, Any]:
    """Mint a token for a client."""
    found = Principal.objects.filter(client_id=client_id).first()
    if found is None or not hmac.compare_digest(found.secret_digest, digest(client_secret)):
        raise Unauthorized(detail="invalid client")
    return tokens.mint(found.id, found.role, found.actor_type, client_id)
