"""Shell in, text out: is what answers at a URL what was deployed?"""

import json
import time
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import docs
from config.contract.addresses import base_url
from config.contract.parsing import Malformed
from config.deployed import Difference, Expected, differences

PAUSE_SECONDS = 0.5


def address(given: str) -> str:
    """Read the address of a service off the command line. Raises ArgumentTypeError."""
    try:
        return base_url(given)
    except Malformed as error:
        raise ArgumentTypeError(str(error)) from error


def checked_out() -> list[str]:
    """Return the paths that this code serves."""
    return list(json.loads(docs.document())["paths"])


class Command(BaseCommand):
    """Compares a live service with what was deployed."""

    help = (
        "Ask a live service for /openapi.json, /health and its keys, and compare. Without --path "
        "every path of this code must be there. Exit status 1 and a diff when something differs."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address, and what it must show."""
        parser.add_argument("--url", type=address, required=True, help="https://the.service")
        parser.add_argument("--path", help="a path that /openapi.json must have, as /api/tasks")
        parser.add_argument("--text", help="words of a docstring that must be told there")
        parser.add_argument("--revision", help="what /health must show")
        parser.add_argument(
            "--wait", type=float, default=0, metavar="S", help="ask again for so many seconds"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Compare until all is as expected or the time is up."""
        paths = [options["path"]] if options["path"] else checked_out()
        expected = Expected(paths, options["text"], options["revision"])
        found = self._settled(options["url"], expected, options["wait"])
        if found:
            told = "\n".join(map(str, found))
            raise CommandError(f"{options['url']} is not what was deployed:\n{told}", returncode=1)
        self.stdout.write(f"{options['url']} is what was deployed.")

    def _settled(self, url: str, expected: Expected, wait: float) -> list[Difference]:
        last_moment = time.monotonic() + wait
        while (found := differences(url, expected)) and time.monotonic() < last_moment:
            time.sleep(PAUSE_SECONDS)
        return found
