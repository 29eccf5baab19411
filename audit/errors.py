"""What can go wrong when history is written or read?"""

from wire.errors import DomainError


class AuditError(DomainError):
    """The audit refused."""


class AuditUnavailable(AuditError):
    """The entry, or what goes with it, could not be stored, so neither was the change."""

    sentence = "The change was not made because it could not be put on record."


class NothingRecorded(RuntimeError):
    """A recording ended without an entry: a mistake in our code, rolled back."""


class NoSuchEntry(AuditError):
    """There is no such entry, or none the caller may see."""

    sentence = "No such audit entry."
