"""What can go wrong between a caller and a token?"""

from wire.errors import DomainError


class AccountsError(DomainError):
    """The accounts refused."""


class BadCredential(AccountsError):
    """Whatever was wrong with the credential: every cause reads the same from outside."""

    sentence = "The credential is missing or not valid."


class SignInFailed(AccountsError):
    """Name and password do not belong together, or the account may not sign in."""

    sentence = "The name or the password is not right."


class SignInOff(AccountsError):
    """Passwords are not taken in this stage."""

    sentence = "Signing in with a password is switched off here."


class RefreshRefused(AccountsError):
    """The refresh token is unknown, used up, expired or revoked."""

    sentence = "The refresh token is not valid."


class InvalidClient(AccountsError):
    """The client could not be authenticated (RFC 6749, section 5.2)."""

    sentence = "The client could not be authenticated."


class InvalidScope(AccountsError):
    """More was asked for than the client holds."""

    sentence = "The client does not hold the scope it asks for."


class InvalidTarget(AccountsError):
    """No such audience (RFC 8693, section 2.2.2)."""

    sentence = "No audience of this name or resource is registered."


class UnsupportedGrant(AccountsError):
    """The grant type is not one of ours."""

    sentence = "This grant type is not supported."


class InvalidTokenRequest(AccountsError):
    """The token request lacks a parameter or has one twice (RFC 6749, section 5.2)."""

    sentence = "The token request is malformed: {reason}"


class NoSuchSession(AccountsError):
    """There is no such session, or it is somebody else's."""

    sentence = "No such session."


class NoSuchAccount(AccountsError):
    """Nobody has that handle."""

    sentence = "Nobody has the handle {handle}."


class HandleTaken(AccountsError):
    """Handles are never reused."""

    sentence = "The handle {handle} is taken, and handles are never reused."


class UnfitHandle(AccountsError):
    """A handle is `@` and 1 to 63 letters, digits, `.`, `_` or `-`."""

    sentence = "A handle is @ followed by 1 to 63 of a-z, 0-9, dot, underscore or hyphen."


class ScopeNotForAgents(AccountsError):
    """Some things only people may do."""

    sentence = "An agent can never hold {scopes}."


class SigningUnavailable(AccountsError):
    """No key can sign at this instant."""

    sentence = "No signing key is usable at the moment."
