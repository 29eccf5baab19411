"""What can go wrong when somebody follows the board?"""

from wire.errors import DomainError


class OutboxError(DomainError):
    """The outbox refused."""


class CursorExpired(OutboxError):
    """What the cursor names is no longer kept, so nobody can tell what came between."""

    sentence = (
        "The event of this cursor is no longer kept. Read the present state, then follow the "
        "events from the first that is kept: leave out `after`."
    )
