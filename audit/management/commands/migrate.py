"""`migrate`, which also puts back the audit's triggers that a table rebuild dropped."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from audit import triggers


class Command(Migrate):
    """Migrate, then make sure that history is still append-only."""

    def get_check_kwargs(self, options: dict[str, Any]) -> Any:
        """Leave out what the database is asked: it would refuse to mend what is missing."""
        return {**super().get_check_kwargs(options), "databases": None}

    def handle(self, *args: Any, **options: Any) -> None:
        """Run Django's migrate and install what is missing of the triggers."""
        super().handle(*args, **options)
        connection = connections[options["database"]]
        if triggers.TABLE not in connection.introspection.table_names():
            return
        for name in triggers.install(connection):
            if options["verbosity"] > 0:
                self.stdout.write(f"  Put the audit trigger {name} in place.")
