"""History and its seal at the shell: shell in, text out."""

import os
import time
from argparse import ArgumentTypeError
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import connection
from django.db.models import Count, Min

from accounts.management.registry_command import REFUSED, RegistryCommand, instant, told
from audit import triggers
from audit.actions import Action
from audit.comparison import Tampered
from audit.export_verification import verify_export
from audit.formats import FORMATS
from audit.models import Archive, Checkpoint, Entry
from audit.operations import archiving, exporting, partitioning, sealing
from audit.shell import recording_from_shell
from audit.verification import Judge, verify_stored
from config.management.judging import judge_by, key_set
from config.management.many import processes
from wire.clock import now

TAMPERED = 1

EPILOG = """\
exit status: 0 done; 1 call again, and for `verify`: not what was sealed; 2 refused

A scheduler may call `seal` as often as it likes, on as many machines as it likes; with --every it
goes on by itself until it is stopped.

  manage.py audit seal
  manage.py audit seal --every 1
  manage.py audit verify
  manage.py audit export --to audit.jsonl
  manage.py audit verify audit.jsonl --jwks statement-keys.json
  manage.py audit archive --before 2026-01-01 --to audit-2025.jsonl
  manage.py audit partition
"""


def seconds(text: str) -> float:
    """Read a number of seconds off the command line. Raises ArgumentTypeError."""
    try:
        found = float(text)
    except ValueError:
        found = 0
    if not 0.1 <= found <= 86_400:
        raise ArgumentTypeError("a number of seconds, from 0.1 to 86400")
    return found


class Command(RegistryCommand):
    """Seals history, verifies it, takes it away, and tells how it stands."""

    help = "The audit: seal, verify, export, archive, and see how it stands."
    epilog = EPILOG

    def add_actions(self) -> None:
        """Declare the actions and their options."""
        seal = self.action(self.seal, "sign what has come since the last checkpoint")
        seal.add_argument("--every", metavar="SECONDS", type=seconds, help="go on until stopped")
        self.action(self.status, "show how much is sealed, and since when the rest stands open")
        verify = self.action(self.verify, "compare history, or a file, with what was signed of it")
        verify.add_argument("file", nargs="?", type=Path, help="an export or an archive")
        verify.add_argument(
            "--kept", metavar="STATEMENT", help="a checkpoint you took away; history must hold it"
        )
        verify.add_argument(
            "--jobs", type=int, choices=range(1, 33), default=1, metavar="N",
            help="compare the database by so many processes at once (default: %(default)s)",
        )  # fmt: skip
        export = self.action(self.export, "write all entries into a file, with a signed manifest")
        archive = self.action(self.archive, "move old entries into a file, and verify it first")
        archive.add_argument(
            "--before", metavar="DATE", type=instant, required=True, help="what was sealed before"
        )
        for action in (export, archive):
            action.add_argument("--to", metavar="FILE", type=Path, required=True)
            action.add_argument("--format", choices=list(FORMATS), default="jsonl")
        for action in (verify, archive):
            action.add_argument(
                "--jwks", metavar="FILE|URL", type=key_set,
                help="the issuer's keys (default: those this service knows of)",
            )  # fmt: skip

        self.action(self.partition, "begin a new part of the table, and drop those archived whole")

    def seal(self, *, every: float | None, **options: Any) -> None:
        """Seal what stands open, once or again and again."""
        self._seal()
        while every:
            time.sleep(every)
            self._seal()

    def status(self, **options: Any) -> None:
        """Print how the audit stands."""
        newest = Checkpoint.objects.newest()
        unsealed = sealing.standing_open().aggregate(count=Count("pk"), oldest=Min("occurred_at"))
        at = now()
        age = (at - (unsealed["oldest"] or at)).total_seconds()
        lacking = ", ".join(triggers.missing(connection))
        sealed = f"{newest.size}, by {newest.kid} at {told(newest.time)}" if newest else "none"
        self.stdout.write(f"entries    {Entry.objects.count()}")
        self.stdout.write(f"archived   {Archive.objects.stop()}")
        self.stdout.write(f"sealed     {sealed}")
        self.stdout.write(f"unsealed   {unsealed['count']}, the oldest for {age:.0f} s")
        self.stdout.write(f"root       {newest.root if newest else ''}")
        self.stdout.write(f"triggers   {f'MISSING: {lacking}' if lacking else 'in place'}")

    def verify(self, *, file: Path | None, jwks: dict[str, Any] | None, **options: Any) -> None:
        """Say that all is as it was sealed, or name the first place where it is not."""
        try:
            if file:
                self._verify_file(file, judge_by(jwks))
            else:
                self._verify_stored(judge_by(jwks), **options)
        except OSError as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        except Tampered as tampered:
            raise CommandError(f"{tampered}.", returncode=TAMPERED) from tampered

    def export(self, *, to: Path, format: str, **options: Any) -> None:  # noqa: A002
        """Write down all that is here, and record that it was."""
        with recording_from_shell() as journal:
            journal.record(
                Action.AUDIT_EXPORTED, target=("audit", "entries"), context={"filters": {}}
            )
        self._seal()
        store(to, exporting.written(exporting.everything(), FORMATS[format], now()))
        self.stdout.write(f"{to} is written.")

    def archive(
        self,
        *,
        before: datetime,
        to: Path,
        format: str,  # noqa: A002
        jwks: Any,
        **options: Any,
    ) -> None:
        """Write down what is old, read it back, and only then remove it."""
        extract = archiving.archivable(before)
        store(to, exporting.written(extract, FORMATS[format], now()))
        try:
            found = verify_export(to, judge_by(jwks))
        except Tampered as tampered:
            raise CommandError(f"{to}: {tampered}.", returncode=TAMPERED) from tampered
        with recording_from_shell() as journal:
            removed = archiving.remove(found, journal=journal)
        self.stdout.write(f"{removed} entries are in {to} now, and no longer here.")

    def partition(self, **options: Any) -> None:
        """Close the part that is written to, and drop the parts whose entries are all archived."""
        if getattr(connection, "pg_version", 0) < partitioning.SINCE:
            raise CommandError("Only PostgreSQL, from 17 on, can do so.", returncode=REFUSED)
        for part in partitioning.drop_emptied():
            self.stdout.write(f"{part.name} is dropped: its entries are archived.")
        part = partitioning.cut()
        self.stdout.write(f"{part.name} is closed below entry {part.stop}.")

    def _verify_file(self, file: Path, judge: Judge) -> None:
        found = verify_export(file, judge)
        self.stdout.write(f"{found.entries} entries are as they were exported.")
        if found.covers:
            first, last = found.covers[0], found.covers[-1]
            self.stdout.write(f"They are all that was sealed at positions {first} to {last}.")

    def _verify_stored(self, judge: Judge, *, kept: str | None, jobs: int, **options: Any) -> None:
        with processes(jobs) as each:
            found = verify_stored(judge, kept, each)
        self.stdout.write(
            f"{found.entries} entries are as they were sealed, in {found.checkpoints} checkpoints."
        )
        self.stdout.write(f"root {found.root}")
        if found.archived:
            self.stdout.write(f"{found.archived} entries before them are archived.")
        if found.unsealed:
            self.stdout.write(f"{found.unsealed} entries are not sealed yet.")

    def _seal(self) -> None:
        before = getattr(Checkpoint.objects.newest(), "size", 0)
        for checkpoint in sealing.seal_all(now()):
            added = checkpoint.size - before
            self.stdout.write(f"{added} entries are sealed, {checkpoint.size} in all.")
            before = checkpoint.size


def store(path: Path, lines: Iterable[str]) -> None:
    """Write a new file, down to the disk. Raises CommandError where it cannot be, or is already."""
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise CommandError(str(error), returncode=REFUSED) from error
