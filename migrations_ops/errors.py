"""What can go wrong before, during and after a one-shot operation?"""

from wire.errors import DomainError


class OneshotError(DomainError):
    """A one-shot operation was not run."""


class NoSuchOneshot(OneshotError):
    """No file declares an operation of this name."""

    sentence = "There is no one-shot operation {name}."


class Tombstoned(OneshotError):
    """The operation has done its work and its file is gone; the name is never used again."""

    sentence = "The one-shot operation {name} is finished and was removed. Its receipt: {receipt}"


class AlreadyRunning(OneshotError):
    """Another runner holds the marker and has not ended yet."""

    sentence = "Another runner is at work on {name}; call again."


class RunRefused(OneshotError):
    """An attempt worth remembering: it is recorded in a transaction of its own."""


class RunAborted(RunRefused):
    """The work was done and then undone, because it did not keep its promise."""


class TooManyRows(RunAborted):
    """More rows were touched than the operation or its token allows."""

    sentence = "{name} touched {rows} rows and may touch {max_rows}; nothing was changed."


class RowsRemain(RunAborted):
    """The operation's own post-condition does not hold."""

    sentence = "{name} left {remaining} rows undone; nothing was changed."


class TokenRefused(RunRefused):
    """The migration token does not authorise this run."""

    sentence = "The migration token does not authorise this run."


class TokenMissing(TokenRefused):
    """There is no migration token."""

    sentence = "A migration token is needed in X-Migration-Token."


class TokenNotOurs(TokenRefused):
    """It is not a migration token that this service signed."""

    sentence = "This is not a migration token of this service."


class TokenExpired(TokenRefused):
    """Its time is over and it has never been used."""

    sentence = "The migration token has expired; mint another."


class TokenForOtherOperation(TokenRefused):
    """It is bound to another operation."""

    sentence = "The migration token was minted for another operation."


class TokenOfOtherRequester(TokenRefused):
    """It is bound to somebody else."""

    sentence = "The migration token was minted for another requester."


class TokenOfOtherEnvironment(TokenRefused):
    """It is bound to another stage."""

    sentence = "The migration token was minted in another environment."


class CodeChanged(TokenRefused):
    """The operation's source is not the one the token was minted for."""

    sentence = "The operation's code has changed since the migration token was minted."


class TokenForOtherParameters(TokenRefused):
    """The call repeats parameters, and they are not those of the token."""

    sentence = "The migration token was minted for other parameters."


class MayNotOperate(OneshotError):
    """Who stands at the shell is not somebody who runs operations."""

    sentence = "{handle} is disabled or does not hold ops:run."
