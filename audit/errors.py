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


class NotSealedYet(AuditError):
    """The entry has no place in a signed tree yet; that takes seconds."""

    sentence = "This entry is not sealed yet; try again."
    wait = 2


class NoSuchCheckpoint(AuditError):
    """No checkpoint has that size, or the one that has does not cover the entry."""

    sentence = "No checkpoint of {size} entries covers this one."


class NothingToArchive(AuditError):
    """No checkpoint that is old enough covers anything that is still here."""

    sentence = "No entries that are still here were sealed before {before}."


class FileUnfit(AuditError):
    """What was written is not what is to be removed, so nothing was."""

    sentence = "Nothing was removed, as the file is not what was to be kept: {reason}."


class ArchivedMeanwhile(AuditError):
    """Somebody else archived the same entries at the same time."""

    sentence = "Nothing was removed: the entries were archived by somebody else meanwhile."
