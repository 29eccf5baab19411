"""One-shot operations at the shell: shell in, text out."""

import json
import sys
from argparse import RawDescriptionHelpFormatter
from functools import partial
from pathlib import Path
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
from accounts.scopes import Scope
from audit.errors import AuditUnavailable
from audit.shell import recording_from_shell
from migrations_ops import asking, operations, receipts, registry, runner, states
from migrations_ops.asking import Wish
from migrations_ops.calling import Caller
from migrations_ops.errors import AlreadyRunning, RunPaused
from migrations_ops.management import oneshot_text as text
from migrations_ops.management.oneshot_arguments import AS, EPILOG, declare, given
from migrations_ops.models import Status
from migrations_ops.pump import Pace
from wire.clock import now
from wire.errors import DomainError, InvalidInput

CALL_AGAIN, REFUSED = 1, 2
PASSING = (AlreadyRunning, RunPaused, AuditUnavailable, SigningUnavailable)


class Help(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Django's order of options, and the examples line by line."""


class Command(BaseCommand):
    """Lists, previews, approves, permits, runs and buries the operations of `oneshots`."""

    help = "One-shot operations: changes to the data that are made once and for all."
    # `oneshot index` mends what a check complains of.
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return the parser, with examples at the end of its help."""
        return super().create_parser(
            prog_name, subcommand, epilog=EPILOG, formatter_class=Help, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the actions and their options."""
        declare(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked; a refusal ends with its sentence and its exit status."""
        try:
            getattr(self, options["action"])(**options)
        except DomainError as error:
            refuse(error)

    def list(self, **options: Any) -> None:
        """Print a table of all operations."""
        self.show(text.overview(states.overview()))

    def status(self, *, name: str, **options: Any) -> None:
        """Print one operation and what the audit tells of it."""
        state = states.detail(name)
        for line in text.standing(state):
            self.stdout.write(line)
        self.show(text.history(state))

    def preview(self, *, name: str, handle: str | None, **options: Any) -> None:
        """Print what a run would do."""
        shown = asking.look(name, given(options) or {}, caller(handle))
        if not options["digest"]:
            self.show(text.samples(shown))
            self.stdout.write(f"{shown.count} rows in all. Digest of this preview:")
        self.stdout.write(shown.digest)

    def approve(self, *, name: str, handle: str | None, requester: str, **options: Any) -> None:
        """Approve what somebody else wants to run."""
        second = caller(handle, Scope.OPS_APPROVE)
        approval = asking.approve(name, wish(options), second, requester=requester)
        self.stdout.write(
            f"{requester} may have a token for {name} until "
            f"{approval.expires_at:%Y-%m-%dT%H:%M:%SZ}."
        )

    def token(self, *, name: str, handle: str | None, **options: Any) -> None:
        """Print a migration token, alone, so that a script can take it."""
        _, token = asking.mint(name, wish(options), caller(handle))
        self.stdout.write(token)

    def run(self, *, name: str, handle: str | None, **options: Any) -> None:
        """Run the operation to its end and print how it went."""
        said = options["token"]
        token = sys.stdin.readline().strip() if said == "-" else said
        with text.progress(name) as watch:
            pace = Pace(rest=options["sleep"], target_ms=options["target_ms"], watch=watch)
            told = runner.run(name, caller(handle), token=token, given=given(options), pace=pace)
        if told.run.status == Status.PAUSED:
            refuse(RunPaused(name=name))
        for line in text.outcome(name, told):
            self.stdout.write(line)

    def pause(self, *, name: str, handle: str | None, **options: Any) -> None:
        """Pause the run."""
        run = runner.pause(name, caller(handle))
        self.stdout.write(f"{name}: paused after {run.rows_affected} rows.")

    def resume(self, *, name: str, handle: str | None, **options: Any) -> None:
        """Let the run go on."""
        runner.resume(name, caller(handle))
        self.stdout.write(f"{name}: may go on; `oneshot run` does, with a token.")

    def cancel(self, *, name: str, handle: str | None, **options: Any) -> None:
        """End the run for ever and print the signed cancellation."""
        run = runner.cancel(name, caller(handle))
        self.stdout.write(run.receipt)

    def receipt(self, *, name: str | None, verify: Path | None, **options: Any) -> None:
        """Print a receipt, or verify one."""
        if verify is not None:
            self.verify(verify, **options)
        elif name is None:
            raise CommandError("Say which operation, or --verify FILE.", returncode=REFUSED)
        else:
            run = states.brief(name).run
            if run is None or not run.receipt:
                raise CommandError(f"{name} has no receipt yet.", returncode=CALL_AGAIN)
            self.stdout.write(run.receipt)

    def verify(self, file: Path, *, jwks: Path | None, issuer: str, **options: Any) -> None:
        """Verify a receipt with nothing but keys; bury it where that is asked."""
        try:
            if jwks is None:
                raise CommandError("Say by which keys: --jwks FILE.", returncode=REFUSED)
            receipt, keys = file.read_text().strip(), json.loads(jwks.read_text())
            said = receipts.verify(receipt, keys, at=now(), issuer=issuer)
        except (OSError, ValueError, receipts.NotAReceipt) as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        self.stdout.write(json.dumps(said, indent=2, sort_keys=True))
        if options["bury"]:
            self.bury(receipt, keys, said, options["environment"])

    def bury(self, receipt: str, keys: Any, said: Any, environment: str) -> None:
        """Add a tombstone. Raises CommandError when the receipt is of another environment."""
        if said["environment"] != environment:
            told = f"This receipt is from {said['environment']}, not from {environment}."
            raise CommandError(told, returncode=REFUSED)
        stone = registry.Tombstone(
            said["operation"], said["code_sha256"], receipt, receipts.key_of(receipt, keys)
        )
        registry.shipped.bury(stone)
        self.stdout.write(f"{stone.name} is buried in {registry.shipped.tombstones_path.name}.")

    def index(self, **options: Any) -> None:
        """Rewrite the index."""
        listed = registry.shipped.write_index()
        self.stdout.write(f"{len(listed)} operations are in {registry.shipped.index_path.name}.")

    def show(self, table: Table) -> None:
        """Print a table."""
        Console(file=self.stdout, markup=False).print(table)  # type: ignore[arg-type]


def caller(handle: str | None, scope: Scope = Scope.OPS_RUN) -> Caller:
    """Return who stands at the shell. Raises CommandError when nobody says so outside LOCAL."""
    if handle is None and settings.CONTRACT.env != "LOCAL":
        raise CommandError("Say who you are: --as @handle.", returncode=REFUSED)
    actor = operations.operator(handle or AS, scope)
    return Caller(id=actor.id, at=now(), begin=partial(recording_from_shell, actor))


def wish(options: dict[str, Any]) -> Wish:
    """Return what the options ask for."""
    return Wish(
        parameters=given(options) or {},
        max_rows=options["max_rows"],
        preview_digest=options["preview_digest"],
    )


def refuse(error: DomainError) -> NoReturn:
    """End with the error's sentence and exit status. Raises CommandError."""
    details = ""
    if isinstance(error, InvalidInput):
        details = "".join(f"\n  {fault.pointer}: {fault.message}" for fault in error.faults)
    status = CALL_AGAIN if isinstance(error, PASSING) else REFUSED
    raise CommandError(f"{error}{details}", returncode=status) from error
