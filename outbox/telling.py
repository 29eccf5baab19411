"""How does a change come into the outbox? With its audit entry, in the change's transaction."""

from collections.abc import Mapping
from typing import Any, cast

from audit.actions import Action
from audit.recording import Journal
from outbox.models import Event
from wire.statements import OfRow


def tell(
    journal: Journal,
    action: Action,
    *,
    task_id: int | OfRow | None,
    project_slug: str | OfRow | None,
    data: Mapping[str, object] | OfRow | None,
) -> None:
    """Tell those who follow what happened; `data` is the thing after the change, None if gone."""
    journal.keep(
        Event(
            type=action.value,
            occurred_at=journal.at,
            task_id=cast("Any", task_id),
            project_slug=cast("Any", project_slug),
            actor_id=journal.actor.id,
            actor_type=journal.actor.type.value,
            request_id=journal.origin.request_id,
            data=data,
        )
    )
