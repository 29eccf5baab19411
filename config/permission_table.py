"""Who may do what? The one table behind `docs/permissions.md`, the check of all views, and the
test of every cell. Pure data: what views declare and operations decide has to agree with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from accounts.scopes import AGENT_DEFAULT, ANYBODY, ROLE_SCOPES, SIGNED_IN, Role, Scope


class Caller(StrEnum):
    """Who calls, as far as it makes a difference."""

    ANONYMOUS = "anonymous"
    OUTSIDER = "outsider of the project"
    VIEWER = "viewer"
    MEMBER = "member, or open slug"
    OWNER = "project owner"
    AGENT = "agent, as member"
    SERVICE = "Google service, as member"
    OPERATOR = "operator"
    ADMIN = "admin"
    PIPELINE = "pipeline key"


class Cell(StrEnum):
    """What becomes of it."""

    YES = "yes"
    OWN = "own only"  # 403 for others': held, or where nobody holds it made by the caller
    NOT_OWN = "not own work"  # 403 for what the caller did
    SEES_OWN = "own, else 404"
    NO = "403"
    UNSEEN = "404"
    UNKNOWN = "401"


USER = ROLE_SCOPES[Role.USER]
HOLDS: Mapping[Caller, frozenset[Scope]] = MappingProxyType({
    Caller.ANONYMOUS: frozenset(),
    Caller.OUTSIDER: USER,
    Caller.VIEWER: USER,
    Caller.MEMBER: USER,
    Caller.OWNER: USER,
    Caller.AGENT: AGENT_DEFAULT,
    Caller.SERVICE: frozenset({Scope.TASKS_READ, Scope.TASKS_WRITE}),  # what the list gives it
    Caller.OPERATOR: ROLE_SCOPES[Role.OPERATOR],
    Caller.ADMIN: ROLE_SCOPES[Role.ADMIN],
    Caller.PIPELINE: frozenset({Scope.OPS_RUN}),
})  # fmt: skip

NOT_PEOPLE = {Caller.AGENT: Cell.NO, Caller.SERVICE: Cell.NO}
LOOKS = {Caller.OUTSIDER: Cell.UNSEEN}
WRITES = {**LOOKS, Caller.VIEWER: Cell.NO}
HOLDS_IT = dict.fromkeys((Caller.MEMBER, Caller.AGENT, Caller.SERVICE), Cell.OWN)
JUDGES = dict.fromkeys((Caller.MEMBER, Caller.OWNER, Caller.ADMIN), Cell.NOT_OWN)
SEE_OWN = dict.fromkeys(frozenset(Caller) - {Caller.ADMIN}, Cell.SEES_OWN)
BESIDE_OWNERS = (*(Caller.OUTSIDER, Caller.VIEWER, Caller.MEMBER, Caller.AGENT, Caller.SERVICE),)
SERVICES = frozenset({Caller.SERVICE, Caller.PIPELINE})
ALL_BUT_SERVICE = frozenset(Caller) - {Caller.SERVICE}

TASK, PROJECT, ONESHOT = "/api/tasks/{task_id}", "/api/projects/{slug}", "/api/admin/migrations"
MEMBER = f"{PROJECT}/members/{{principal}}"


@dataclass(frozen=True, slots=True)
class Rule:
    """An action: its routes, the scope they need, and for whom the scope is not all there is.

    Without the scope it is 401 for the anonymous and 403 for everybody else, as it is for those to
    whom it is `closed` whatever they hold. For all others what is missing or out of sight is 404.
    """

    action: str
    scope: str
    routes: tuple[str, ...]
    besides: Mapping[Caller, Cell] = field(default_factory=dict)
    closed: frozenset[Caller] = frozenset()

    def cell(self, caller: Caller) -> Cell:
        """Return what becomes of it when somebody tries."""
        if self.scope == ANYBODY:
            return Cell.YES
        if caller is Caller.ANONYMOUS:
            return Cell.UNKNOWN
        return self.besides.get(caller, Cell.YES) if self.is_open_to(caller) else Cell.NO

    def is_open_to(self, caller: Caller) -> bool:
        """Tell whether the route lets the caller in, whatever it is about."""
        if self.scope == ANYBODY:
            return True
        known = caller is not Caller.ANONYMOUS and caller not in self.closed
        return known and (self.scope == SIGNED_IN or self.scope in HOLDS[caller])


def _steps(*verbs: str) -> tuple[str, ...]:
    return tuple(f"POST {TASK}/{verb}" for verb in verbs)


RULES = (
    Rule(
        "list tasks, the next one, export, events: what is out of sight is absent",
        Scope.TASKS_READ,
        ("GET /api/tasks", "GET /api/tasks/next", "GET /api/tasks/export", "GET /api/events"),
    ),
    Rule(
        "read a task, its subtasks, comments and history",
        Scope.TASKS_READ,
        tuple(f"GET {TASK}{part}" for part in ("", "/subtasks", "/comments", "/audit")),
        LOOKS,
    ),
    Rule(
        "create, import, claim the next: in projects as those below",
        Scope.TASKS_WRITE,
        ("POST /api/tasks", "POST /api/tasks/import", "POST /api/tasks/claim"),
    ),
    Rule(
        "patch, create below, comment, reopen",
        Scope.TASKS_WRITE,
        (f"PATCH {TASK}", *(f"POST {TASK}/{part}" for part in ("subtasks", "comments", "reopen"))),
        WRITES,
    ),
    Rule("start", Scope.TASKS_WRITE, _steps("start"), WRITES),
    Rule(
        "progress, complete, submit, release; block, unblock, cancel what is held",
        Scope.TASKS_WRITE,
        _steps("progress", "complete", "submit", "release", "block", "unblock", "cancel"),
        {**WRITES, **HOLDS_IT},
    ),
    Rule(
        "approve, reject",
        Scope.TASKS_WRITE,
        _steps("approve", "reject"),
        {**WRITES, **JUDGES, **NOT_PEOPLE},
    ),
    Rule(
        "delete a task",
        Scope.TASKS_WRITE,
        (f"DELETE {TASK}",),
        {**WRITES, Caller.MEMBER: Cell.OWN, **NOT_PEOPLE},
    ),
    Rule("list projects: those one is in", Scope.TASKS_READ, ("GET /api/projects",)),
    Rule(
        "read a project, its members",
        Scope.TASKS_READ,
        (f"GET {PROJECT}", f"GET {PROJECT}/members"),
        LOOKS,
    ),
    Rule("make a project of a slug", Scope.TASKS_WRITE, ("POST /api/projects",), NOT_PEOPLE),
    Rule(
        "change, delete a project; let in, change, put out members",
        Scope.TASKS_WRITE,
        (f"PATCH {PROJECT}", f"DELETE {PROJECT}", f"POST {PROJECT}/members", f"PATCH {MEMBER}",
         f"DELETE {MEMBER}"),
        {**WRITES, Caller.MEMBER: Cell.NO, **NOT_PEOPLE},
    ),
    Rule(
        "audit: own trail; operations' entries for operators, all with `audit:read`",
        SIGNED_IN,
        ("GET /api/audit", "GET /api/audit/export"),
        closed=SERVICES,
    ),
    Rule(
        "audit: proof of an entry",
        SIGNED_IN,
        ("GET /api/audit/{entry_id}/proof",),
        SEE_OWN,
        closed=SERVICES,
    ),
    Rule("audit: checkpoints", Scope.AUDIT_READ, ("GET /api/audit/checkpoints",)),
    Rule(
        "one-shots: see, preview, token, run, pause, resume, cancel",
        Scope.OPS_RUN,
        (f"GET {ONESHOT}", f"GET {ONESHOT}/{{name}}", f"POST {ONESHOT}/{{name}}",
         f"GET {ONESHOT}/{{name}}/preview",
         *(f"POST {ONESHOT}/{{name}}/{part}" for part in ("token", "pause", "resume", "cancel"))),
    ),
    Rule(
        "one-shots: approve another's request",
        Scope.OPS_APPROVE,
        (f"POST {ONESHOT}/{{name}}/approve",),
    ),
    Rule("list webhooks: of projects one owns", Scope.TASKS_READ, ("GET /api/webhooks",)),
    Rule(
        "make a webhook of the project (of everything: admin alone)",
        Scope.TASKS_WRITE,
        ("POST /api/webhooks",),
        {**WRITES, Caller.MEMBER: Cell.NO, **NOT_PEOPLE},
    ),
    Rule(
        "delete a webhook of the project",
        Scope.TASKS_WRITE,
        ("DELETE /api/webhooks/{webhook_id}",),
        dict.fromkeys(BESIDE_OWNERS, Cell.UNSEEN),
    ),
    Rule("Pub/Sub push", Scope.TASKS_WRITE, ("POST /api/pubsub/push",), closed=ALL_BUT_SERVICE),
    Rule(
        "see oneself; one's sessions, and end them",
        SIGNED_IN,
        ("GET /api/me", "GET /api/sessions", "DELETE /api/sessions",
         "DELETE /api/sessions/{session_id}"),
    ),
    Rule("keys, audiences, principals: console and commands alone", Scope.KEYS_MANAGE, ()),
    Rule(
        "tokens: with a credential in the body, or the token itself",
        ANYBODY,
        ("POST /api/token", "POST /api/token/refresh", "POST /api/token/revoke",
         "POST /oauth/token", "POST /oauth/introspect", "POST /oauth/revoke"),
    ),
    Rule(
        "the console's sign-in through the identity provider: administrators get in",
        ANYBODY,
        ("GET /admin/login/provider/", "GET /admin/login/callback/"),
    ),
    Rule(
        "JWKS, metadata, health, docs",
        ANYBODY,
        ("GET /.well-known/jwks.json", "GET /api/auth/jwks", "GET /.well-known/statement-keys.json",
         "GET /.well-known/token-shapes", "GET /.well-known/oauth-authorization-server",
         "GET /.well-known/openid-configuration", "GET /.well-known/oauth-protected-resource",
         "GET /.well-known/oauth-protected-resource/mcp", "GET /health", "GET /health/ready",
         "GET /api/health/db", "GET /openapi.json", "GET /docs", "GET /redoc", "GET /problems"),
    ),
)  # fmt: skip
RULE_OF: Mapping[str, Rule] = MappingProxyType(
    {route: rule for rule in RULES for route in rule.routes}
)
