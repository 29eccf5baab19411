"""How does a change come into the outbox? With its audit entry, in the change's transaction."""

from collections.abc import Mapping

from audit.actions import Action
from audit.recording import Journal
from outbox.models import Event


def tell(
    journal: Journal,
    action: Action,
    *,
    task_id: int | None,
    project_slug: str | None,
    data: Mapping[str, object] | None,
) -> None:
    """Tell those who follow what happened; `data` is the thing after the change, None if gone."""
    journal.keep(
        Event(
            type=action.value,
            occurred_at=journal.at,
            task_id=task_id,
            project_slug=project_slug,
            actor_id=journal.actor.id,
            actor_type=journal.actor.type.value,
            request_id=journal.origin.request_id,
            data=data,
        )
    )
