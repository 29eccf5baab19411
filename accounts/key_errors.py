"""What can go wrong when the issuer's keys are changed?"""

from accounts.errors import AccountsError
from accounts.registry_errors import AlreadySo


class TooEarly(AccountsError):
    """A date of a key is earlier than those who do not see the change yet can bear."""

    sentence = "{step} from {earliest:%Y-%m-%dT%H:%M:%SZ} on, not before."


class KeyChangeNotNeeded(AlreadySo):
    """The keys are as they should be."""


class RotationNotDue(KeyChangeNotNeeded):
    """The key that signs is young enough."""

    sentence = "The next rotation of {alg} is due at {due_at:%Y-%m-%dT%H:%M:%SZ}."


class RotationUnderWay(KeyChangeNotNeeded):
    """A successor is published already, here or by another machine a moment ago."""

    sentence = "The next {alg} key, {kid}, signs from {signs_from:%Y-%m-%dT%H:%M:%SZ} on."


class NoKeyToRemove(KeyChangeNotNeeded):
    """No key whose time is over still has its private half."""

    sentence = "No private half waits for its removal."


class NoKeyToRewrap(KeyChangeNotNeeded):
    """The first of KEY_ENCRYPTION_KEYS seals every private half already."""

    sentence = "Every private half is sealed under the first of KEY_ENCRYPTION_KEYS."


class PrivateHalfLost(AccountsError):
    """A private half is sealed under a key that the environment has no longer."""

    sentence = "No key of KEY_ENCRYPTION_KEYS opens the private half of {kids}."


class KeysChanged(AccountsError):
    """Another change of the keys came first."""

    sentence = "The keys were changed by somebody else at this moment; look, and try again."


class NoSuchKey(AccountsError):
    """No key has that kid."""

    sentence = "No signing key has the kid {kid}."


class KeyRevokedBefore(AccountsError):
    """A key is revoked once."""

    sentence = "The key {kid} was revoked at {revoked_at:%Y-%m-%dT%H:%M:%SZ}."
