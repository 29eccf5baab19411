"""What have the commands of the registry in common? Subcommands, tables, exit statuses."""

from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
    DjangoHelpFormatter,
)
from django.utils.dateparse import parse_datetime
from rich.console import Console
from rich.table import Table

from accounts.errors import SigningUnavailable
from accounts.registry_errors import AlreadySo
from accounts.scopes import Scope, parse, spell
from audit.errors import AuditUnavailable
from wire.errors import DomainError
from wire.strict_json import NotStrictJson, loads

CALL_AGAIN, REFUSED = 1, 2
PASSING = (AuditUnavailable, SigningUnavailable)
WIDE = 160  # columns, where no terminal says how many there are


class Help(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Django's order of options, and the examples line by line."""


class RegistryCommand(BaseCommand):
    """A command whose first argument says what to do; each such action is a method."""

    epilog: ClassVar[str]
    passing: ClassVar[tuple[type[DomainError], ...]] = PASSING

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return the parser, with exit statuses and examples at the end of its help."""
        parser = super().create_parser(
            prog_name, subcommand, epilog=self.epilog, formatter_class=Help, **kwargs
        )
        self._actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        self.add_actions()
        return parser

    def add_actions(self) -> None:
        """Declare the actions."""
        raise NotImplementedError

    def action(self, run: Callable[..., None], words: str) -> CommandParser:
        """Declare an action by its method, and what its help says; return its parser."""
        name = run.__name__.strip("_")
        parser: CommandParser = self._actions.add_parser(name, help=words, description=words)
        parser.set_defaults(run=run)
        return parser

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked; a refusal ends with its sentence and its exit status."""
        try:
            options["run"](**options)
        except AlreadySo as unneeded:
            self.stdout.write(str(unneeded))
        except DomainError as error:
            status = CALL_AGAIN if isinstance(error, self.passing) else REFUSED
            raise CommandError(str(error), returncode=status) from error

    def print(self, table: Table) -> None:
        """Print a table, as wide as the terminal where there is one."""
        width = None if self.stdout.isatty() else WIDE
        Console(file=self.stdout, markup=False, width=width).print(table)  # type: ignore[arg-type]


def told(at: datetime | None) -> str:
    """Spell a time for people."""
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%SZ}"


def instant(text: str) -> datetime:
    """Read a time off the command line, UTC unless it says otherwise. Raises ArgumentTypeError."""
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise ArgumentTypeError("not a time such as 2026-03-01T12:00:00Z")
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def scopes(text: str) -> frozenset[Scope]:
    """Read a list of scopes off the command line. Raises ArgumentTypeError."""
    try:
        return parse(text)
    except ValueError as error:
        raise ArgumentTypeError(f"scopes are {spell(Scope)}") from error


def json_file(path: str) -> object:
    """Read a file of JSON named on the command line. Raises ArgumentTypeError."""
    try:
        return loads(Path(path).read_bytes())
    except (OSError, NotStrictJson) as error:
        raise ArgumentTypeError(f"{path}: {error}") from error
