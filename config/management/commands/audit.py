"""The seal on history at the shell: shell in, text out."""

import time
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import CommandError
from django.db import connection

from accounts.management.registry_command import RegistryCommand, told
from audit import triggers
from audit.models import Checkpoint, Entry
from audit.operations import sealing
from audit.verification import Tampered, verify_stored
from config.management.judging import judge_by, key_set
from wire.clock import now

TAMPERED = 1

EPILOG = """\
exit status: 0 done; 1 call again, and for `verify`: not what was sealed; 2 refused

A scheduler may call `seal` as often as it likes, on as many machines as it likes; with --every it
goes on by itself until it is stopped.

  manage.py audit seal
  manage.py audit seal --every 1
  manage.py audit status
  manage.py audit verify
  manage.py audit verify --jwks https://taskflow.example.com/.well-known/statement-keys.json
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
    """Seals history, verifies it, and tells how it stands."""

    help = "The audit: seal it, verify it, and see how it stands."
    epilog = EPILOG

    def add_actions(self) -> None:
        """Declare the actions and their options."""
        seal = self.action(self.seal, "sign what has come since the last checkpoint")
        seal.add_argument(
            "--every", metavar="SECONDS", type=seconds, help="go on doing so until stopped"
        )
        self.action(self.status, "show how much is sealed, and since when the rest stands open")
        verify = self.action(self.verify, "compare history with what was signed of it")
        verify.add_argument(
            "--jwks", metavar="FILE|URL", type=key_set,
            help="the issuer's keys (default: those this service knows of)",
        )  # fmt: skip
        verify.add_argument(
            "--kept", metavar="STATEMENT", help="a checkpoint you took away; history must hold it"
        )

    def seal(self, *, every: float | None, **options: Any) -> None:
        """Seal what stands open, once or again and again."""
        self._seal()
        while every:
            time.sleep(every)
            self._seal()

    def status(self, **options: Any) -> None:
        """Print how the audit stands."""
        newest = Checkpoint.objects.newest()
        unsealed = Entry.objects.unsealed()
        oldest = unsealed.order_by("occurred_at").first()
        age = (now() - oldest.occurred_at).total_seconds() if oldest else 0
        lacking = ", ".join(triggers.missing(connection))
        sealed = f"{newest.size}, by {newest.kid} at {told(newest.time)}" if newest else "none"
        self.stdout.write(f"entries    {Entry.objects.count()}")
        self.stdout.write(f"sealed     {sealed}")
        self.stdout.write(f"unsealed   {unsealed.count()}, the oldest for {age:.0f} s")
        self.stdout.write(f"root       {newest.root if newest else ''}")
        self.stdout.write(f"triggers   {f'MISSING: {lacking}' if lacking else 'in place'}")

    def verify(self, *, jwks: dict[str, Any] | None, kept: str | None, **options: Any) -> None:
        """Say that all is as it was sealed, or name the first place where it is not."""
        try:
            found = verify_stored(judge_by(jwks), kept)
        except Tampered as tampered:
            raise CommandError(f"{tampered}.", returncode=TAMPERED) from tampered
        self.stdout.write(
            f"{found.entries} entries are as they were sealed, in {found.checkpoints} checkpoints."
        )
        self.stdout.write(f"root {found.root}")
        if found.unsealed:
            self.stdout.write(f"{found.unsealed} entries are not sealed yet.")

    def _seal(self) -> None:
        before = getattr(Checkpoint.objects.newest(), "size", 0)
        for checkpoint in sealing.seal_all(now()):
            added = checkpoint.size - before
            self.stdout.write(f"{added} entries are sealed, {checkpoint.size} in all.")
            before = checkpoint.size
