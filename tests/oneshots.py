"""Operations for tests: files in a folder of their own, and a registry that looks there."""

import json
from pathlib import Path
from typing import Any

import pytest
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import Audience
from audit.models import Entry
from migrations_ops import registry
from migrations_ops.registry import Registry
from tasks.models import Task
from wire.clock import now

NAME = "raise_cache"
PATH = f"/api/admin/migrations/{NAME}"
RAISED, UNTOUCHED = 1, 0
STANDARD = {
    "name": f'"{NAME}"',
    "sunset": "date(2999, 12, 31)",
    "max_rows": "10",
    "parameters": "step: int = 1",
    "rows": 'Audience.objects.update(jwks_cache_seconds=F("jwks_cache_seconds") + self.step)',
    "reversible": "False",
    "undoes": '""',
    "affected": "Audience.objects.all()",
    "remaining": "0",
    "imports": "",
}
SOURCE = '''"""Not idempotent on purpose: a second run would show."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F

from accounts.models import Audience
from migrations_ops.oneshot import AtOnce
{imports}

@dataclass(frozen=True, kw_only=True)
class Operation(AtOnce):
    """Raise the declared cache of every audience by some seconds."""

    name = {name}
    description = "Raise the declared cache of every audience."
    owner = "@carol"
    sunset = {sunset}
    max_rows = {max_rows}
    reversible = {reversible}
    undoes = {undoes}

    {parameters}

    def affected(self):
        return {affected}

    def run(self, journal):
        return {rows}

    def remaining(self):
        return {remaining}
'''

BATCHED, BATCHED_PATH = "count_up", "/api/admin/migrations/count_up"
POISON = "poison"
IN_BATCHES = '''"""Not idempotent on purpose: a row that is done twice, or not at all, shows."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F

from migrations_ops.oneshot import Batch, InBatches
from tasks.models import Task


@dataclass(frozen=True, kw_only=True)
class CountUp(InBatches):
    """Raise the version of every task by one."""

    name = "count_up"
    description = "Raise the version of every task by one."
    owner = "@carol"
    sunset = date(2999, 12, 31)
    max_rows = {max_rows}
    reversible = False

    step: int = 2

    def affected(self):
        return Task.objects.filter(version=1)

    def batch(self, cursor, size, journal):
        keys = list(
            Task.objects.filter(pk__gt=cursor or 0).order_by("pk")
            .values_list("pk", flat=True)[:min(size, self.step)]
        )
        if Task.objects.filter(pk__in=keys, title="poison").exists():
            raise ZeroDivisionError
        rows = Task.objects.filter(pk__in=keys).update(version=F("version") + 1)
        return Batch(rows, keys[-1] if len(keys) == min(size, self.step) else None)
'''


class Folder:
    """A folder of operations that the service looks into while the test lasts."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = path
        self._monkeypatch = monkeypatch
        path.mkdir()
        self.read()

    def read(self) -> Registry:
        """Let the service see the files as they are now, as a deployment would."""
        self._monkeypatch.setattr(registry, "shipped", Registry(self.path))
        return registry.shipped

    def write(self, file: str = f"0001_{NAME}.py", **changes: str) -> Registry:
        """Add an operation that differs from the standard one in some parts."""
        (self.path / file).write_text(SOURCE.format(**{**STANDARD, **changes}))
        return self.read()

    def write_batched(self, max_rows: str = "1000") -> Registry:
        """Add an operation that counts up the tasks in batches."""
        (self.path / f"0005_{BATCHED}.py").write_text(IN_BATCHES.format(max_rows=max_rows))
        return self.read()

    def bury(self, name: str, *, receipt: str = "eyJ", code_sha256: str = "") -> Registry:
        """Put up a tombstone; the file stays where it is."""
        code = code_sha256 or Registry(self.path).operations[name].code_sha256
        stone = {"name": name, "code_sha256": code, "receipt": receipt}
        (self.path.parent / "tombstones.json").write_text(json.dumps([stone]))
        return self.read()


def mint(client: APIClient, **body: Any) -> str:
    """Mint a token for the standard operation."""
    return str(client.post(f"{PATH}/token", body).data["token"])


def run(client: APIClient, token: str, **body: Any) -> Response:
    """Run the standard operation."""
    answer: Response = client.post(PATH, body, headers={"X-Migration-Token": token})
    return answer


def mint_batched(client: APIClient, **body: Any) -> str:
    """Mint a token for the operation in batches."""
    return str(client.post(f"{BATCHED_PATH}/token", body).data["token"])


def run_batched(client: APIClient, token: str, **body: Any) -> Response:
    """Run the operation in batches."""
    answer: Response = client.post(BATCHED_PATH, body, headers={"X-Migration-Token": token})
    return answer


def some_tasks(how_many: int, **changes: Any) -> list[int]:
    """Make tasks that nothing has been done to; returns their ids."""
    at = now()
    made = Task.objects.bulk_create(
        Task(title=f"row {number}", created_by="@alice", created_at=at, updated_at=at, **changes)
        for number in range(how_many)
    )
    return [task.pk for task in made]


def versions() -> list[int]:
    """Tell how often each task has been done, plus one, in their order."""
    return list(Task.objects.order_by("pk").values_list("version", flat=True))


def cache_seconds() -> int:
    """Tell how often the standard operation has been applied."""
    return Audience.objects.get(pk="taskflow").jwks_cache_seconds


def recorded(action: str) -> list[Entry]:
    """Return the entries of one kind, oldest first."""
    return list(Entry.objects.filter(action=action).order_by("id"))
