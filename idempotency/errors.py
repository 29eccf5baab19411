"""What can go wrong with an Idempotency-Key?"""

from wire.errors import DomainError


class IdempotencyError(DomainError):
    """The key was refused."""


class KeyReused(IdempotencyError):
    """The caller has sent this key with another request within the last 24 hours."""

    sentence = "This Idempotency-Key belongs to another request: take a new one."


class KeyInUse(IdempotencyError):
    """The first request with this key is still being carried out."""

    sentence = "The first request with this Idempotency-Key is still running; repeat this one."
