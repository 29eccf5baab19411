"""`migrate`, which also puts back the triggers of markers that a table rebuild dropped."""

from typing import Any

from django.db import connections

from audit.management.commands.migrate import Command as Migrate
from migrations_ops import triggers


class Command(Migrate):
    """Migrate, then make sure that history and markers are still kept."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the audit's migrate and install what is missing of the markers' triggers."""
        super().handle(*args, **options)
        connection = connections[options["database"]]
        if triggers.TABLE not in connection.introspection.table_names():
            return
        for name in triggers.install(connection):
            if options["verbosity"] > 0:
                self.stdout.write(f"  Put the trigger {name} in place.")
