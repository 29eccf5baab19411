"""One-shot operations at the shell: shell in, text out."""

import sys
from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
    DjangoHelpFormatter,
)
from rich.console import Console
from rich.table import Table

from accounts.errors import SigningUnavailable
from audit.errors import AuditUnavailable
from audit.shell import recording_from_shell
from migrations_ops import asking, operations, registry, runner, states
from migrations_ops.calling import Caller
from migrations_ops.errors import AlreadyRunning
from migrations_ops.states import State
from wire.clock import now
from wire.errors import DomainError, InvalidInput
from wire.strict_json import NotStrictJson, loads

CALL_AGAIN, REFUSED = 1, 2
PASSING = (AlreadyRunning, AuditUnavailable, SigningUnavailable)
AS = "@admin"

EPILOG = """\
exit status: 0 done, also when it was done before; 1 call again; 2 refused

  manage.py oneshot list
  TOKEN=$(manage.py oneshot token lowercase_project_slugs --as @admin)
  manage.py oneshot run lowercase_project_slugs --as @admin --token "$TOKEN"
"""


def json_object(text: str) -> dict[str, object]:
    """Read a JSON object off the command line. Raises ArgumentTypeError."""
    try:
        value = loads(text)
    except NotStrictJson as error:
        raise ArgumentTypeError(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ArgumentTypeError("not a JSON object, such as '{\"limit\": 5}'")
    return value


class Help(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Django's order of options, and the examples line by line."""


class Command(BaseCommand):
    """Lists, permits and runs the operations of `migrations_ops/oneshots`."""

    help = "One-shot operations: changes to the data that are made once and for all."
    # `oneshot index` mends what a check complains of.
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return the parser, with examples at the end of its help."""
        return super().create_parser(
            prog_name, subcommand, epilog=EPILOG, formatter_class=Help, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the subcommands and their options."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        actions.add_parser("list", help="show all operations and how they stand")
        status = actions.add_parser("status", help="show one operation and its history")
        token = actions.add_parser("token", help="mint a migration token and print it")
        run = actions.add_parser("run", help="run an operation, or tell that it ran before")
        actions.add_parser("index", help="bring oneshots/index.json up to date with the files")
        for action in (status, token, run):
            action.add_argument("name", help="the operation's name")
        for action in (token, run):
            action.add_argument("--as", dest="handle", help=f"who you are; {AS} in LOCAL")
            action.add_argument("--parameters", type=json_object, help="a JSON object")
        token.add_argument("--max-rows", type=int, help="touch no more rows than this")
        token.add_argument("--preview-digest", help="the digest of the preview you have seen")
        run.add_argument(
            "--token", required=True, help="the migration token; - reads it from stdin"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked; a refusal ends with its sentence and its exit status."""
        actions: Mapping[str, Callable[..., None]] = {
            "list": self.list,
            "status": self.status,
            "token": self.token,
            "run": self.run,
            "index": self.index,
        }
        try:
            actions[options["action"]](**options)
        except DomainError as error:
            refuse(error)

    def list(self, **options: Any) -> None:
        """Print a table of all operations."""
        table = Table("operation", "status", "rows", "run by", "at", "sunset", "owner")
        for state in states.overview():
            table.add_row(state.name, state.status, *ran(state), str(state.sunset), state.owner)
        self.console().print(table)

    def status(self, *, name: str, **options: Any) -> None:
        """Print one operation and what the audit tells of it."""
        state = states.detail(name)
        rows, run_by, at = ran(state)
        self.stdout.write(f"{state.name}: {state.description}")
        self.stdout.write(f"{state.status}; code {state.code_sha256}")
        if state.run:
            self.stdout.write(f"{rows} rows, by {run_by}, at {at}\nreceipt: {state.run.receipt}")
        history = Table("at", "action", "outcome", "actor", "request")
        for entry in state.history:
            at = f"{entry.occurred_at:%Y-%m-%d %H:%M:%S}"
            history.add_row(at, entry.action, entry.outcome, entry.actor_id, entry.request_id)
        self.console().print(history)

    def token(self, *, name: str, **options: Any) -> None:
        """Print a migration token, alone, so that a script can take it."""
        wish = asking.Wish(
            parameters=options["parameters"] or {},
            max_rows=options["max_rows"],
            preview_digest=options["preview_digest"],
        )
        _, token = asking.mint(name, wish, caller(options["handle"]))
        self.stdout.write(token)

    def run(self, *, name: str, **options: Any) -> None:
        """Run the operation and print how it went."""
        given = options["token"]
        token = sys.stdin.readline().strip() if given == "-" else given
        # A spinner on a terminal; nothing at all where a script reads.
        with Console(stderr=True, quiet=not sys.stderr.isatty()).status(f"Running {name} …"):
            outcome = runner.run(
                name, caller(options["handle"]), token=token, given=options["parameters"]
            )
        run = outcome.run
        self.stdout.write(
            f"{name}: {'already ran' if outcome.already_ran else 'completed'}, "
            f"{run.rows_affected} rows in {run.duration_ms} ms, "
            f"by {run.run_by} at {run.started_at:%Y-%m-%dT%H:%M:%SZ}"
        )
        self.stdout.write(f"receipt: {run.receipt}")

    def index(self, **options: Any) -> None:
        """Rewrite the index."""
        listed = registry.shipped.write_index()
        self.stdout.write(f"{len(listed)} operations are in {registry.shipped.index_path.name}.")

    def console(self) -> Console:
        """Return where tables go."""
        return Console(file=self.stdout, markup=False)  # type: ignore[arg-type]


def caller(handle: str | None) -> Caller:
    """Return who stands at the shell. Raises CommandError when nobody says so outside LOCAL."""
    if handle is None and settings.CONTRACT.env != "LOCAL":
        raise CommandError("Say who you are: --as @handle.", returncode=REFUSED)
    actor = operations.operator(handle or AS)
    return Caller(id=actor.id, at=now(), begin=partial(recording_from_shell, actor))


def ran(state: State) -> tuple[str, str, str]:
    """Return rows, person and time of an operation's run, as far as there was one."""
    run = state.run
    if run is None:
        return "", "", ""
    rows = "" if run.rows_affected is None else str(run.rows_affected)
    return rows, run.run_by, f"{run.started_at:%Y-%m-%d %H:%M}"


def refuse(error: DomainError) -> NoReturn:
    """End with the error's sentence and exit status. Raises CommandError."""
    details = ""
    if isinstance(error, InvalidInput):
        details = "".join(f"\n  {fault.pointer}: {fault.message}" for fault in error.faults)
    status = CALL_AGAIN if isinstance(error, PASSING) else REFUSED
    raise CommandError(f"{error}{details}", returncode=status) from error
