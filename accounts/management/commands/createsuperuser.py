"""Django's `createsuperuser` for accounts whose username is their handle."""

import os
from typing import Any

from django.contrib.auth.management.commands.createsuperuser import Command as CreateSuperuser
from django.core.management.base import CommandParser


class Command(CreateSuperuser):
    """Make an administrator `@username`; scripts may use all of Django's usual spellings."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare Django's arguments, `--username` for `--handle`, and an e-mail at will."""
        super().add_arguments(parser)
        parser.add_argument("--username", dest="handle", help="the handle, with or without @")
        parser.set_defaults(email="")

    def handle(self, *args: Any, **options: Any) -> str | None:
        """Create the account from the options, DJANGO_SUPERUSER_* or by asking."""
        if options["handle"] is None and not options["interactive"]:
            # Django looks for DJANGO_SUPERUSER_HANDLE; scripts know the usual name.
            options["handle"] = os.environ.get("DJANGO_SUPERUSER_USERNAME")  # noqa: TID251
        return super().handle(*args, **options)
