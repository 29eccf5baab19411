"""Secret Manager: secrets, their versions, and whether each can be had."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from deploy.rehearsal.project import Refused


class Standing(StrEnum):
    """Whether a version can be had: now, again later, never more."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    DESTROYED = "destroyed"


@dataclass
class Version:
    """One value; its number is its place in the row."""

    value: str
    standing: Standing = Standing.ENABLED


class Vault:
    """Every secret that the platform stack has made."""

    def __init__(self) -> None:
        self._versions: dict[str, list[Version]] = {}

    def make(self, secret: str) -> None:
        """Make a secret without a value; one that is there stays."""
        self._versions.setdefault(secret, [])

    def add(self, secret: str, value: str) -> int:
        """Add a version; return its number. Raises Refused."""
        found = self._of(secret)
        found.append(Version(value))
        return len(found)

    def versions(self, secret: str) -> Sequence[Version]:
        """Return all, the first one first. Raises Refused."""
        return tuple(self._of(secret))

    def newest(self, secret: str) -> int:
        """Return the number of the one made last, whether it can be had or not: `latest`.

        Raises Refused when there is none.
        """
        if not self._of(secret):
            raise Refused(f"Secret [{secret}] has no version.")
        return len(self._of(secret))

    def version(self, secret: str, number: str) -> Version:
        """Return one of them. Raises Refused."""
        found = self._of(secret)
        if not number.isdecimal() or not 0 < int(number) <= len(found):
            raise Refused(f"Secret {secret} has no version {number}: add it, and pin that.")
        return found[int(number) - 1]

    def value(self, secret: str, number: str) -> str:
        """Return what it holds. Raises Refused unless it is enabled."""
        version = self.version(secret, number)
        if version.standing is not Standing.ENABLED:
            raise Refused(f"Version {number} of secret {secret} is {version.standing}.")
        return version.value

    def turn(self, secret: str, number: str, standing: Standing) -> None:
        """Enable, disable or destroy a version. Raises Refused."""
        version = self.version(secret, number)
        if version.standing is Standing.DESTROYED:
            raise Refused(f"Version {number} of secret {secret} is destroyed.")
        version.standing = standing

    @contextmanager
    def emptied(self, secret: str) -> Iterator[None]:
        """Have a secret without a version meanwhile."""
        kept, self._versions[secret] = self._of(secret), []
        try:
            yield
        finally:
            self._versions[secret] = kept

    def _of(self, secret: str) -> list[Version]:
        if secret not in self._versions:
            raise Refused(f"Secret [{secret}] not found.")
        return self._versions[secret]
