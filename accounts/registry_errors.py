"""What can go wrong when the registry of principals, clients and audiences is changed?"""

from accounts.errors import AccountsError


class AlreadySo(AccountsError):
    """Nothing is left to change."""

    sentence = "Nothing was changed: it is so already."


class LastAdmin(AccountsError):
    """Somebody has to be left who can make administrators."""

    sentence = "{handle} is the last administrator; without one nobody could appoint the next."


class RolesAreForPeople(AccountsError):
    """Agents and services have scopes; their role is always `user`."""

    sentence = "{handle} is no person, and only people have another role than user."


class NotAClient(AccountsError):
    """People sign in; only agents and services have secrets and keys."""

    sentence = "{handle} is no client: it has no client id."


class TooManySecrets(AccountsError):
    """Two living secrets are enough to go from one to the next."""

    sentence = "{handle} has two living secrets; revoke one before adding another."


class NoSuchSecret(AccountsError):
    """The client has no such living secret."""

    sentence = "{handle} has no such living secret."


class UnfitClientKeys(AccountsError):
    """A client's key set holds 1 to 10 public keys that may sign, each with a name of its own."""

    sentence = "The key set is refused: {reason}."


class NoSuchAudience(AccountsError):
    """Nothing is registered under that name."""

    sentence = "No audience is registered as {name}."


class AudienceTaken(AccountsError):
    """Name and resource belong to one audience each."""

    sentence = "An audience of this name or resource is registered already."


class UnfitAudience(AccountsError):
    """An audience is described wrongly."""

    sentence = "The audience is refused: {reason}."


class VersionStillDeclared(AccountsError):
    """What the service says it reads stays in its tokens."""

    sentence = (
        "{name} still declares payload version {version}; its next release has to declare "
        "without it first."
    )
