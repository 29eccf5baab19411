"""The services that tokens are for, at the shell: shell in, text out."""

from argparse import ArgumentTypeError
from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from accounts.errors import NotSigningYet
from accounts.management.registry_command import RegistryCommand, told
from accounts.methods.own import ALGORITHMS
from accounts.models import Audience
from accounts.operations import audiences, keys
from audit.shell import recording_from_shell
from wire.clock import now

EPILOG = """\
exit status: 0 done, or nothing to do; 1 call again; 2 refused

From payload version 1 to version 2, no token ever being one that its service can not read:
  manage.py audience declare billing --versions 1,2   tokens have both shapes from now on
  (release a billing that reads version 2 alone)
  manage.py audience declare billing --versions 2     as part of that release
  manage.py audience change billing --versions 2      version 1 is dropped; refused before
"""


def versions(text: str) -> list[int]:
    """Read payload versions off the command line. Raises ArgumentTypeError."""
    words = text.replace(",", " ").split()
    if not words or not all(word.isascii() and word.isdigit() for word in words):
        raise ArgumentTypeError("versions are numbers, such as 1,2")
    return [int(word) for word in words]


class Command(RegistryCommand):
    """Shows, registers and changes the audiences of tokens."""

    help = "The services that tokens are for: show, register, declare versions, change."
    epilog = EPILOG

    def add_actions(self) -> None:
        """Declare the actions and their options."""
        self.action(self.list, "show all, and who still receives version 1")
        register = self.action(self.register, "register a service")
        declare = self.action(self.declare, "note which versions a service says it reads")
        change = self.action(self.change, "change a service's registration")
        for action in (register, declare, change):
            action.add_argument("name", help="the audience's name, the `aud` of its tokens")
            action.add_argument(
                "--versions", dest="payload_versions", type=versions,
                required=action is declare, help="payload versions, such as 1,2",
            )  # fmt: skip
        for action in (register, change):
            action.add_argument("--resource", help="its URI (RFC 8707); empty for none")
            action.add_argument("--algorithm", choices=ALGORITHMS, help="what signs its tokens")
            action.add_argument(
                "--cache-seconds", dest="jwks_cache_seconds", type=int,
                help="how long it keeps our key set of its own accord",
            )  # fmt: skip

    def list(self, **options: Any) -> None:
        """Print a table of all, and who still receives version 1."""
        minted = audiences.last_minted()
        table = Table(
            "audience", "resource", "in tokens", "declared", "algorithm", "cache s", "last token"
        )
        found = Audience.objects.all()
        for each in found:
            table.add_row(
                each.name,
                each.resource or "",
                spelled(each.payload_versions),
                spelled(each.declared_versions or ()) or "nothing",
                each.algorithm,
                str(each.jwks_cache_seconds),
                told(minted.get(each.name)) or "never",
            )
        self.print(table)
        old = [each.name for each in found if 1 in each.payload_versions]
        self.stdout.write(f"Version 1 is still received by: {', '.join(old) or 'nobody'}.")

    def register(self, *, name: str, **options: Any) -> None:
        """Register a service, and say from when its tokens can be signed."""
        asked = given(options)
        cache = {"cache_seconds": asked.pop("jwks_cache_seconds", None)}
        shape = {"versions": asked.pop("payload_versions", (1,))}
        with recording_from_shell() as journal:
            audience = audiences.register(name, journal=journal, **asked, **cache, **shape)
        self.stdout.write(f"{name} is registered; its tokens carry {described(audience)}.")
        try:
            keys.signer(now(), audience.algorithm)
        except NotSigningYet as later:
            self.stdout.write(str(later))

    def declare(self, *, name: str, payload_versions: Sequence[int], **options: Any) -> None:
        """Note what the service says it reads."""
        with recording_from_shell() as journal:
            audience = audiences.declare(name, payload_versions, journal=journal)
        self.stdout.write(f"{name} declares this; its tokens carry {described(audience)}.")

    def change(self, *, name: str, **options: Any) -> None:
        """Change what was given; another algorithm only when a key of it can sign."""
        asked = given(options)
        if "algorithm" in asked:
            keys.signer(now(), asked["algorithm"])
        with recording_from_shell() as journal:
            audience = audiences.change(name, journal=journal, **asked)
        self.stdout.write(f"{name} is changed; its tokens carry {described(audience)}.")


def given(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was said of an audience."""
    names = ("resource", "payload_versions", "algorithm", "jwks_cache_seconds")
    return {name: options[name] for name in names if options[name] is not None}


def described(audience: Audience) -> str:
    """Say what the audience's tokens look like."""
    many = len(audience.payload_versions) > 1
    return f"version{'s' if many else ''} {spelled(audience.payload_versions)}"


def spelled(numbers: Sequence[int]) -> str:
    """Spell versions for people."""
    return " and ".join(map(str, numbers))
