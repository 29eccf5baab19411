"""`deliver_events`: tell webhooks what happened. Run it from a scheduler, or let it go on."""

import signal
import threading
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from audit.errors import AuditUnavailable, NothingRecorded
from audit.shell import recording_from_shell
from events import webhooks
from events.deliverer import deliver_due, delivering
from events.delivery import DELIVERED, DISABLED, FAILED

WORDS = (DELIVERED, FAILED, DISABLED)
STOPS = (signal.SIGTERM, signal.SIGINT)


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
        with told_to_stop() as stopping:
            if every is None:
                self._say(deliver_due(stopping))
            else:
                self._keep_on(every, stopping)

    def _keep_on(self, every: float, stopping: threading.Event) -> None:
        with delivering(stopping) as deliverer:
            while not stopping.is_set():
                try:
                    deliverer.work(every)
                except (DatabaseError, AuditUnavailable):
                    self.stderr.write("The database is away; it is tried again.")
                    stopping.wait(every)
                if deliverer.tally:
                    self._say(deliverer.tally)
                    deliverer.tally.clear()
                close_old_connections()

    def _say(self, tally: Counter[str]) -> None:
        self.stdout.write(", ".join(f"{tally[word]} {word}" for word in WORDS))

    def _rewrap(self) -> None:
        with suppress(NothingRecorded), recording_from_shell() as journal:
            self.stdout.write(f"{webhooks.rewrap(journal)} secret(s) sealed anew")


@contextmanager
def told_to_stop() -> Iterator[threading.Event]:
    """Yield what is set once the process is told to stop, and leave signals as they were."""
    stopping = threading.Event()
    before = {each: signal.signal(each, lambda *_: stopping.set()) for each in STOPS}
    try:
        yield stopping
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
