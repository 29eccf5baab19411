"""Rows for a run, made by the service's own models: `python -m benchmarks.filling TASKS`.

Prints the caller's credential as JSON, with the digest that the peers store.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import django

django.setup()

from accounts.operations import principals  # noqa: E402
from audit.actions import Action, Outcome  # noqa: E402
from audit.actors import ActorType  # noqa: E402
from audit.models import Entry  # noqa: E402
from audit.shell import recording_from_shell  # noqa: E402
from benchmarks.shares import Shares  # noqa: E402
from tasks.lifecycle import Status  # noqa: E402
from tasks.models import Task  # noqa: E402
from wire.clock import now  # noqa: E402

CALLER = "@bench"
AT_ONCE = 2_000
WORDS = ("deploy", "review", "measure", "write", "fix", "read", "plan", "ship")


def main(total: int) -> None:
    """Fill the database that the environment names."""
    with recording_from_shell() as journal:
        credential = principals.create_agent(CALLER, journal=journal)
    Task.objects.bulk_create(tasks(Shares(total), now()), batch_size=AT_ONCE)
    Entry.objects.bulk_create(entries(total, now()), batch_size=AT_ONCE)
    digest = hashlib.sha256(credential.client_secret.encode()).hexdigest()
    told = {"client_id": credential.client_id, "client_secret": credential.client_secret}
    sys.stdout.write(json.dumps({**told, "secret_digest": digest}) + "\n")


def tasks(shares: Shares, at: datetime) -> Iterator[Task]:
    """Return the tasks, spread over projects, priorities, tags and days."""
    for number in range(1, shares.total + 1):
        born = at - timedelta(minutes=shares.total - number)
        yield Task(
            title=f"{WORDS[number % 8].capitalize()} part {number} of the plan",
            description="What is to be done, in a sentence or two, as people write it. " * 3,
            priority=number % 4,
            project_slug=f"project-{number % 50}",
            due_date=born + timedelta(days=number % 60) if number % 3 else None,
            tags=[WORDS[number % 8], WORDS[(number // 8) % 8]],
            created_by="@alice" if number % 2 else CALLER,
            created_at=born,
            updated_at=born,
            **life(number, shares, born),
        )


def life(number: int, shares: Shares, born: datetime) -> dict[str, Any]:
    """Return how far the task has come."""
    held = {"assigned_to": CALLER, "held_by": CALLER, "held_by_type": ActorType.AGENT.value,
            "started_at": born, "fence": 1}  # fmt: skip
    if number < shares.held.first:
        return {"status": Status.PENDING.value}
    if number < shares.ending.first + shares.ending.count:
        return {"status": Status.IN_PROGRESS.value, **held}
    return {"status": Status.COMPLETED.value, **held, "progress_percent": 100, "completed_at": born}


def entries(total: int, at: datetime) -> Iterator[Entry]:
    """Return a history of one entry per task."""
    for number in range(1, total + 1):
        entry = Entry(
            occurred_at=at - timedelta(minutes=total - number),
            action=Action.TASK_CREATED.value,
            outcome=Outcome.SUCCESS.value,
            actor_id=CALLER,
            actor_type=ActorType.AGENT.value,
            target_type="task",
            target_id=str(number),
            task_id=number,
            changes={"title": [None, f"part {number}"]},
            request_id=f"fill-{number}",
        )
        entry.seal_content()
        yield entry


if __name__ == "__main__":
    main(int(sys.argv[1]))
