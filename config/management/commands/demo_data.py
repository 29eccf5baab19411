"""`demo_data`: the demo people, agents and tasks of a developer's machine."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.errors import NothingRecorded
from audit.shell import recording_from_shell
from config import demo
from config.contract import Stage


class Command(BaseCommand):
    """Make what is missing of the demo; run again, it changes nothing."""

    help = "Make the demo people, agents and tasks of a developer's machine (LOCAL only)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the folder."""
        parser.add_argument(
            "--var",
            type=Path,
            default=settings.ROOT / "var",
            help="folder for people.json and agents.json (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill the database. Raises CommandError outside LOCAL."""
        if settings.CONTRACT.env is not Stage.LOCAL:
            raise CommandError("Demo data exist on a developer's machine alone (ENV=LOCAL).")
        for fill in (demo.fill_people, demo.fill_agents, demo.fill_tasks):
            try:
                with recording_from_shell() as journal:
                    fill(options["var"], journal)
            except NothingRecorded:
                continue  # all of it was there
