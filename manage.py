#!/usr/bin/env python
"""Django's command line; on a developer's machine with the database of the last `make run`."""

import importlib.util
import os
import sys
from contextlib import AbstractContextManager, nullcontext

from django.core.management import execute_from_command_line


def main() -> None:
    """Run the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with database():
        execute_from_command_line(sys.argv)


def database() -> AbstractContextManager[None]:
    """The developer's database, where the image has none of it."""
    if importlib.util.find_spec("local") is None:
        return nullcontext()
    from local.database import local_database

    return local_database()


if __name__ == "__main__":
    main()
