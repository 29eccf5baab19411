"""`check`, strict about one-shot operations when asked for them."""

from typing import Any

from django.core.management.commands.check import Command as Check

from migrations_ops.apps import TAG


class Command(Check):
    """Django's check; `--tag oneshots` fails on warnings too."""

    def handle(self, *app_labels: Any, **options: Any) -> None:
        """Run the checks; raises SystemCheckError for findings at the fail level."""
        if TAG in (options["tags"] or ()):
            options["fail_level"] = "WARNING"
        super().handle(*app_labels, **options)
