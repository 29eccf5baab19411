"""What can go wrong between a caller and a token?"""

import math
from datetime import datetime

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


class SignInPaused(AccountsError):
    """Tries can not be counted at this moment, so no password is looked at."""

    sentence = "Nobody can sign in with a password at this moment; try again."


class SignInLost(AccountsError):
    """The provider's answer is to no sign-in that this browser is about: forged, used, or late."""

    sentence = "This sign-in was not begun in this browser, is over, or has taken too long."


class NotVouchedFor(AccountsError):
    """The identity provider said no, or what it said does not hold."""

    sentence = "The identity provider did not vouch for you: {reason}."


class MayNotEnter(AccountsError):
    """The identity is nobody's here, or of somebody who is no staff: that is not told.

    `handle` is whose it is, for history alone.
    """

    sentence = "Nobody may enter the console as {identity}. An administrator can change that."

    def __init__(self, *, identity: str, handle: str) -> None:
        super().__init__(identity=identity)
        self.handle = handle


class ProviderUnavailable(AccountsError):
    """The identity provider's token endpoint gave nothing usable."""

    sentence = "The identity provider does not answer at the moment; try again."


class RefreshRefused(AccountsError):
    """The refresh token is unknown, used up, expired or revoked."""

    sentence = "The refresh token is not valid."


class InvalidGrant(AccountsError):
    """The token endpoint says of a refresh token what /api/token/refresh says with 401."""

    sentence = RefreshRefused.sentence


class InvalidClient(AccountsError):
    """The client could not be authenticated (RFC 6749, section 5.2)."""

    sentence = "The client could not be authenticated."


class AssertionReplayed(InvalidClient):
    """An assertion buys one token, and this one has (RFC 7523, section 3)."""


class SubjectRefused(AccountsError):
    """Subject or actor token is not valid, or may not be exchanged (RFC 8693, section 2.2.2)."""

    sentence = "The subject token or the actor token is not valid here, or may not be exchanged."


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


class NotSigningYet(SigningUnavailable):
    """The first key of an algorithm is published, and consumers may still hold a set without it.

    `wait` says for how many seconds.
    """

    sentence = "No key signs with {alg} before {signs_from:%Y-%m-%dT%H:%M:%SZ}."

    def __init__(self, *, alg: str, signs_from: datetime, at: datetime) -> None:
        super().__init__(alg=alg, signs_from=signs_from)
        self.wait = math.ceil((signs_from - at).total_seconds())


class ImportedKeyUnfit(SigningUnavailable):
    """The first key was to be imported, and the file does not hold one that may sign."""

    sentence = (
        "JWT_PRIVATE_KEY_FILE can not sign: {reason}. "
        "It holds an RSA key of at least 2048, better 3072 bits."
    )


class KeySourceUnavailable(AccountsError):
    """A token of an outside issuer came, and no keys of that issuer could be got to judge it."""

    sentence = "The keys of the identity provider cannot be had at the moment; try again."


class IdentityTaken(AccountsError):
    """An outside identity is one account at most."""

    sentence = "The identity {identity} is linked to an account already."


class NoSuchIdentity(AccountsError):
    """The account has no such link."""

    sentence = "The identity {identity} is not linked to {handle}."


class UnfitIdentity(AccountsError):
    """An outside identity is an issuer and a subject of 1 to 200 visible ASCII characters."""

    sentence = "An identity is an issuer and a subject of 1 to 200 visible ASCII characters."
