"""What can go wrong before, during and after a one-shot operation?"""

from wire.errors import DomainError


class OneshotError(DomainError):
    """A one-shot operation was not run."""


class NoSuchOneshot(OneshotError):
    """No file declares an operation of this name."""

    sentence = "There is no one-shot operation {name}."


class Tombstoned(OneshotError):
    """The operation has done its work and its file is gone; the name is never used again."""

    sentence = "The one-shot operation {name} is finished and was removed."
    members = ("receipt",)


class AlreadyRunning(OneshotError):
    """Another runner holds the marker and has not ended yet."""

    sentence = "Another runner is at work on {name}; call again."


class RunPaused(OneshotError):
    """Somebody has paused the run."""

    sentence = "The run of {name} is paused; resume it first."


class RunCancelled(OneshotError):
    """Somebody has ended the run, or the operation before it had one, for ever."""

    sentence = "{name} was cancelled and will not be run."
    members = ("receipt",)


class NotInThatState(OneshotError):
    """The run can not be paused, resumed or cancelled from where it is."""

    sentence = "{name} can not be {wanted}: it is {status}."


class StalePreview(OneshotError):
    """What the preview showed is no longer so."""

    sentence = "The preview of {name} is stale: the rows have changed since. Look again."
    members = ("preview_digest",)


class NothingToUndo(OneshotError):
    """What the operation would undo has not been done, or is still being done."""

    sentence = "{name} undoes {undoes}, which has not ended."


class RunAborted(OneshotError):
    """The work was done and then undone, because it did not keep its promise."""


class TooManyRows(RunAborted):
    """More rows were touched than the operation or its token allows."""

    sentence = "{name} touched {rows} rows and may touch {max_rows}; {undone}."


class RowsRemain(RunAborted):
    """The operation's own post-condition does not hold."""

    sentence = "{name} left {remaining} rows undone; {undone}."


class WorkFailed(RunAborted):
    """The operation's own code, or the database under it, failed."""

    sentence = "{name} failed with {kind} at cursor {cursor}; {undone}."
    members = ("cursor",)


class RunRefused(OneshotError):
    """The attempt was not allowed."""


class NotApproved(RunRefused):
    """In production a second person has to approve exactly this request before."""

    sentence = "A second person has to approve exactly this request of {name} first."


class OwnRequest(RunRefused):
    """Nobody approves his own request."""

    sentence = "Nobody approves their own request."


class ApproverNotPerson(RunRefused):
    """Approving is for people who act for themselves."""

    sentence = "A request is approved by a person, not by an agent or a service."


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

    sentence = "{handle} is disabled or does not hold {scope}."
