"""Who and what is there on a developer's machine from the start."""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from accounts.methods import shell
from accounts.models import Account
from accounts.operations import credentials, principals
from accounts.scopes import Role
from audit.recording import Journal
from tasks import operations
from tasks.models import Task
from tasks.operations import Draft
from tasks.rows import Priority

PEOPLE: Mapping[str, Role] = {
    "@admin": Role.ADMIN,
    "@alice": Role.USER,
    "@bob": Role.USER,
    "@operator": Role.OPERATOR,
}
AGENTS = ("@robo", "@crawler")
PROJECT = "demo"
TASKS = (
    Draft(
        title="Read the tour of one request",
        description="It is in the README, right under the picture of the house.",
        project_slug=PROJECT,
        priority=Priority.HIGH,
        tags=("reading",),
    ),
    Draft(
        title="Start a task as an agent",
        description="Take @robo's id and secret from var/agents.json.",
        project_slug=PROJECT,
        tags=("agents", "tokens"),
    ),
    Draft(
        title="Verify a token with a library of your choice",
        description="All it needs is /.well-known/jwks.json.",
        project_slug=PROJECT,
        tags=("tokens",),
    ),
    Draft(title="Give this one to Bob", project_slug=PROJECT, assigned_to="@bob"),
    Draft(
        title="Run the one-shot operation twice",
        description="The second time it says: already ran.",
        project_slug=PROJECT,
        priority=Priority.LOW,
    ),
)


def fill_people(var: Path, journal: Journal) -> None:
    """Make the people that are missing; their passwords are in `people.json`."""
    known = _read(var / "people.json")
    for handle, role in PEOPLE.items():
        password = known.setdefault(handle, {}).setdefault("password", secrets.token_urlsafe(12))
        account = Account.objects.filter(pk=handle).first()
        if account is None:
            principals.create_person(handle, role=role, password=password, journal=journal)
        elif not account.check_password(password):
            principals.set_password(handle, password, journal=journal)
    _write(var / "people.json", known)


def fill_agents(var: Path, journal: Journal) -> None:
    """Make the agents that are missing; their ids and secrets are in `agents.json`."""
    known = _read(var / "agents.json")
    for handle in AGENTS:
        account = Account.objects.filter(pk=handle).first()
        if account is None:
            credential = principals.create_agent(handle, journal=journal)
        elif _opens(account, known.get(handle, {})):
            continue
        else:
            credential = credentials.replace_secrets(account, journal)
        known[handle] = {
            "client_id": credential.client_id,
            "client_secret": credential.client_secret,
        }
    _write(var / "agents.json", known)


def _opens(account: Account, credential: Mapping[str, str]) -> bool:
    digest = credentials.digest_of(credential.get("client_secret", ""))
    living = account.secrets.filter(revoked_at__isnull=True, digest=digest)
    return credential.get("client_id") == account.client_id and living.exists()


def _read(path: Path) -> dict[str, dict[str, str]]:
    try:
        known: dict[str, dict[str, str]] = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return known


def _write(path: Path, content: Mapping[str, Mapping[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(json.dumps(content, indent=2) + "\n")


def fill_tasks(_var: Path, journal: Journal) -> None:
    """Put a handful of tasks on the demo board, once."""
    if Task.objects.filter(project_slug=PROJECT).exists():
        return
    alice = shell.principal("@alice", journal.at)
    for draft in TASKS:
        operations.create(draft, caller=alice, journal=journal)
