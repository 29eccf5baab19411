"""A way to make each change that a route can make: prepared, so that it can be sent or broken.

A recipe is given `get`, which yields fixtures by name; it prepares what the change needs and
returns what sends it. A new route needs one: its method and path, the action that history must
tell, and the recipe.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from accounts.models import Session
from audit.actions import Action
from tasks.lifecycle import Status
from tests.factories import a_project, a_task
from tests.oauth import basic
from tests.oneshots import BATCHED_PATH, PATH, mint, mint_batched, run_batched, some_tasks
from tests.people import PASSWORD

Get = Callable[[str], Any]
Send = Callable[[], Any]
Recipe = Callable[[Get], Send]

FORM = "application/x-www-form-urlencoded"
SHED = "/api/projects/shed"
HOOK = {"url": "https://hooks.example.com/in", "project": "shed"}


class Change(NamedTuple):
    """What history tells of a change, and how to make it."""

    action: Action
    recipe: Recipe


def sending(path: str, body: object = None, *, who: str = "as_alice", how: str = "post") -> Recipe:
    """Need nothing but the caller."""

    def prepare(get: Get) -> Send:
        client = get(who)
        return lambda: getattr(client, how)(path, body)

    return prepare


def on_task(ending: str, body: object = None, *, how: str = "post", who: str = "as_alice",
            status: Status = Status.PENDING) -> Recipe:  # fmt: skip
    """Need a task that has come so far, in Alice's hands where somebody holds it."""

    def prepare(get: Get) -> Send:
        client, task = get(who), a_task(status)
        return lambda: getattr(client, how)(f"/api/tasks/{task.pk}{ending}", body)

    return prepare


def on_project(ending: str, body: object = None, *, how: str) -> Recipe:
    """Need a project of Alice's, in which Bob is."""

    def prepare(get: Get) -> Send:
        client = get("as_alice")
        a_project("shed", {"@alice": "owner", "@bob": "member"})
        return lambda: getattr(client, how)(f"{SHED}{ending}", body)

    return prepare


def hooking(get: Get) -> Send:
    """Have an address told what happens in the shed."""
    client = get("as_alice")
    a_project("shed", {"@alice": "owner"})
    return lambda: client.post("/api/webhooks", HOOK)


def unhooking(get: Get) -> Send:
    """Have it told no longer."""
    client = get("as_alice")
    path = f"/api/webhooks/{hooking(get)().json()['id']}"
    return lambda: client.delete(path)


def signing_in(get: Get) -> Send:
    """Sign in with a password."""
    client = get("anonymous")
    return lambda: client.post("/api/token", {"username": "alice", "password": PASSWORD})


def with_refresh(path: str) -> Recipe:
    """Need the refresh token of a session."""

    def prepare(get: Get) -> Send:
        client, pair = get("anonymous"), get("alices")
        return lambda: client.post(path, {"refresh": pair["refresh"]})

    return prepare


def ending_sessions(get: Get) -> Send:
    """Log out everywhere."""
    client, pair = get("anonymous"), get("alices")
    bearer = {"Authorization": f"Bearer {pair['access']}"}
    return lambda: client.delete("/api/sessions", headers=bearer)


def ending_a_session(get: Get) -> Send:
    """Log out in one place."""
    client, pair = get("anonymous"), get("alices")
    bearer = {"Authorization": f"Bearer {pair['access']}"}
    path = f"/api/sessions/{Session.objects.get().pk}"
    return lambda: client.delete(path, headers=bearer)


def client_credentials(get: Get) -> Send:
    """Get a token as an agent does."""
    client, headers = get("anonymous"), basic(get("worker"))
    form = "grant_type=client_credentials"
    return lambda: client.generic("POST", "/oauth/token", form, FORM, headers=headers)


def revoking(get: Get) -> Send:
    """Revoke a session by its token."""
    client, form = get("anonymous"), f"token={get('alices')['refresh']}"
    return lambda: client.generic("POST", "/oauth/revoke", form, FORM)


def importing(get: Get) -> Send:
    """Import a file of one task."""
    client, line = get("as_alice"), '{"title": "Sand"}\n'
    return lambda: client.generic("POST", "/api/tasks/import", line, "application/jsonl")


def pushing(get: Get) -> Send:
    """Have Google push a message that makes a task."""
    client, server = get("anonymous"), get("google_server")
    headers = {"Authorization": f"Bearer {server.token()}"}
    data = "eyJ2ZXJiIjogImNyZWF0ZSIsICJ0aXRsZSI6ICJTYW5kIn0="
    body = {"message": {"data": data, "messageId": "4711"}, "subscription": "board"}
    return lambda: client.post("/api/pubsub/push", body, headers=headers)


def running(get: Get) -> Send:
    """Run a one-shot operation with its token."""
    client, _ = get("as_carol"), get("raise_cache")
    headers = {"X-Migration-Token": mint(client)}
    return lambda: client.post(PATH, {}, headers=headers)


def minting(get: Get) -> Send:
    """Ask for a migration token."""
    client, _ = get("as_carol"), get("raise_cache")
    return lambda: client.post(f"{PATH}/token", {})


def approving(get: Get) -> Send:
    """Approve what Carol saw in the preview."""
    carol, admin, _ = get("as_carol"), get("as_admin"), get("raise_cache")
    body = {"requester": "@carol", "preview_digest": carol.get(f"{PATH}/preview").data["digest"]}
    return lambda: admin.post(f"{PATH}/approve", body)


def halting(how: str, *before: str) -> Recipe:
    """Need a run that has done two of five rows."""

    def prepare(get: Get) -> Send:
        client, _, _ = get("as_carol"), get("count_up"), get("one_batch_a_call")
        some_tasks(5)
        run_batched(client, mint_batched(client))
        for each in before:
            client.post(f"{BATCHED_PATH}/{each}")
        return lambda: client.post(f"{BATCHED_PATH}/{how}")

    return prepare


HELD, JUDGED, OVER = Status.IN_PROGRESS, Status.REVIEW, Status.COMPLETED
TITLE = {"title": "Sand"}
REASON = {"reason": "It rains."}
ROBO = {"principal": "@robo", "role": "member"}

CHANGES: Mapping[str, Change] = MappingProxyType({
    "POST api/token": Change(Action.TOKEN_ISSUED, signing_in),
    "POST api/token/refresh": Change(
        Action.TOKEN_REFRESHED, with_refresh("/api/token/refresh")),
    "POST api/token/revoke": Change(Action.TOKEN_REVOKED, with_refresh("/api/token/revoke")),
    "DELETE api/sessions": Change(Action.SESSION_ENDED, ending_sessions),
    "DELETE api/sessions/<uuid:session_id>": Change(Action.SESSION_ENDED, ending_a_session),
    "POST oauth/token": Change(Action.TOKEN_ISSUED, client_credentials),
    "POST oauth/revoke": Change(Action.TOKEN_REVOKED, revoking),
    "POST api/tasks": Change(Action.TASK_CREATED, sending("/api/tasks", TITLE)),
    "POST api/tasks/claim": Change(
        Action.TASK_CLAIMED, lambda get: (a_task(), sending("/api/tasks/claim", {})(get))[1]),
    "POST api/tasks/import": Change(Action.TASK_IMPORTED, importing),
    "PATCH api/tasks/<id:task_id>": Change(
        Action.TASK_UPDATED, on_task("", TITLE, how="patch")),
    "DELETE api/tasks/<id:task_id>": Change(Action.TASK_DELETED, on_task("", how="delete")),
    "POST api/tasks/<id:task_id>/subtasks": Change(
        Action.TASK_CREATED, on_task("/subtasks", TITLE)),
    "POST api/tasks/<id:task_id>/comments": Change(
        Action.TASK_COMMENTED, on_task("/comments", {"body": "Nice."})),
    "POST api/tasks/<id:task_id>/start": Change(Action.TASK_STARTED, on_task("/start", {})),
    "POST api/tasks/<id:task_id>/progress": Change(
        Action.TASK_PROGRESSED, on_task("/progress", {"percent": 50}, status=HELD)),
    "POST api/tasks/<id:task_id>/complete": Change(
        Action.TASK_COMPLETED, on_task("/complete", {}, status=HELD)),
    "POST api/tasks/<id:task_id>/submit": Change(
        Action.TASK_SUBMITTED, on_task("/submit", {}, status=HELD)),
    "POST api/tasks/<id:task_id>/approve": Change(
        Action.TASK_APPROVED, on_task("/approve", {}, status=JUDGED, who="as_bob")),
    "POST api/tasks/<id:task_id>/reject": Change(
        Action.TASK_REJECTED, on_task("/reject", REASON, status=JUDGED, who="as_bob")),
    "POST api/tasks/<id:task_id>/block": Change(
        Action.TASK_BLOCKED, on_task("/block", REASON)),
    "POST api/tasks/<id:task_id>/unblock": Change(
        Action.TASK_UNBLOCKED, on_task("/unblock", {}, status=Status.BLOCKED)),
    "POST api/tasks/<id:task_id>/release": Change(
        Action.TASK_RELEASED, on_task("/release", {}, status=HELD)),
    "POST api/tasks/<id:task_id>/cancel": Change(Action.TASK_CANCELLED, on_task("/cancel", {})),
    "POST api/tasks/<id:task_id>/reopen": Change(
        Action.TASK_REOPENED, on_task("/reopen", {}, status=OVER)),
    "POST api/projects": Change(
        Action.PROJECT_CREATED, sending("/api/projects", {"slug": "barn"})),
    "PATCH api/projects/<slug_of_project:slug>": Change(
        Action.PROJECT_UPDATED, on_project("", {"requires_review": True}, how="patch")),
    "DELETE api/projects/<slug_of_project:slug>": Change(
        Action.PROJECT_DELETED, on_project("", how="delete")),
    "POST api/projects/<slug_of_project:slug>/members": Change(
        Action.PROJECT_MEMBER_ADDED, on_project("/members", ROBO, how="post")),
    "PATCH api/projects/<slug_of_project:slug>/members/<path:principal>": Change(
        Action.PROJECT_MEMBER_CHANGED,
        on_project("/members/@bob", {"role": "viewer"}, how="patch")),
    "DELETE api/projects/<slug_of_project:slug>/members/<path:principal>": Change(
        Action.PROJECT_MEMBER_REMOVED, on_project("/members/@bob", how="delete")),
    "POST api/webhooks": Change(Action.WEBHOOK_CREATED, hooking),
    "DELETE api/webhooks/<uuid:webhook_id>": Change(Action.WEBHOOK_DELETED, unhooking),
    "POST api/pubsub/push": Change(Action.TASK_CREATED, pushing),
    "POST api/admin/migrations/<str:name>": Change(Action.OP_COMPLETED, running),
    "POST api/admin/migrations/<str:name>/token": Change(Action.OP_TOKEN_MINTED, minting),
    "POST api/admin/migrations/<str:name>/approve": Change(Action.OP_APPROVED, approving),
    "POST api/admin/migrations/<str:name>/pause": Change(Action.OP_PAUSED, halting("pause")),
    "POST api/admin/migrations/<str:name>/resume": Change(
        Action.OP_RESUMED, halting("resume", "pause")),
    "POST api/admin/migrations/<str:name>/cancel": Change(Action.OP_CANCELLED, halting("cancel")),
})  # fmt: skip

# What has an unsafe method because a token must not stand in a URL, and changes nothing.
READ_BY_POST = frozenset({"POST oauth/introspect"})
