"""`deliver_events`: tell webhooks what happened. Run it from a scheduler, or let it go on."""

import signal
import threading
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from audit.errors import NothingRecorded
from audit.shell import recording_from_shell
from events import webhooks
from events.delivery import DELIVERED, DISABLED, FAILED, deliver_due


class Command(BaseCommand):
    """Deliver what is due; several may run at once."""

    help = "Tell webhooks what they have not heard: once, or every so many seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--every", type=float, metavar="SECONDS", help="go on, until it is told to stop"
        )
        parser.add_argument(
            "--rewrap",
            action="store_true",
            help="first seal the secrets under the first of KEY_ENCRYPTION_KEYS",
        )

    def handle(self, *, every: float | None, rewrap: bool, **options: Any) -> None:
        """Deliver, and say how it went; in the long run only where something did."""
        if rewrap:
            self._rewrap()
        stop = threading.Event()
        if every is not None:
            signal.signal(signal.SIGTERM, lambda *_: stop.set())
            signal.signal(signal.SIGINT, lambda *_: stop.set())
        while not stop.is_set():
            tally = deliver_due()
            if tally or every is None:
                told = ", ".join(f"{tally[word]} {word}" for word in (DELIVERED, FAILED, DISABLED))
                self.stdout.write(told)
            if every is None:
                return
            close_old_connections()
            stop.wait(every)

    def _rewrap(self) -> None:
        with suppress(NothingRecorded), recording_from_shell() as journal:
            self.stdout.write(f"{webhooks.rewrap(journal)} secret(s) sealed anew")
