"""`manage.py permissions`: who may do what, as `docs/permissions.md` has it."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.scopes import ANYBODY, SIGNED_IN
from config.permission_table import RULE_OF, RULES, Caller, Rule
from config.routes import served

DOCUMENT = settings.ROOT / "docs" / "permissions.md"
INTRODUCTION = """\
# Who may do what

Written by `python manage.py permissions --write` from `config/permission_table.py`. `make check`
compares that table with what every route declares, and `tests/security/test_permission_cells.py`
tries every cell with an object of the caller's own, of others, out of sight, and missing.

In this order: 401 without a valid credential; 403 without the scope; 404 for what is missing or
out of the caller's sight, in the same bytes; 403 for what is seen but not theirs to do; then 409
for the wrong state. People have the scopes of their role (`user`: `tasks:read tasks:write`,
`operator`: `ops:run ops:approve`, `admin`: all), agents and services those they were given; shown
are the usual ones. Why projects are seen as they are:
[ADR 14](adr/0014-who-sees-a-project.md).
"""


class Command(BaseCommand):
    """Print the table, write the document, or check both."""

    help = "Tell who may do what."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take one of two wishes."""
        wish = parser.add_mutually_exclusive_group()
        wish.add_argument("--write", action="store_true", help="write docs/permissions.md")
        wish.add_argument("--check", action="store_true", help="compare views and document with it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print, write or check. Raises CommandError with all that differs."""
        if options["write"]:
            DOCUMENT.write_text(document())
        elif options["check"]:
            found = list(differences())
            if found:
                raise CommandError("\n".join(found))
        else:
            self.stdout.write(document(), ending="")


def differences() -> Iterator[str]:
    """Yield what is not as the table says."""
    routes = served()
    for route in sorted(routes.keys() - RULE_OF.keys()):
        yield f"{route} is in no rule of config/permission_table.py."
    for route in sorted(RULE_OF.keys() - routes.keys()):
        yield f"{route} is in config/permission_table.py and not served."
    for route in sorted(RULE_OF.keys() & routes.keys()):
        if routes[route] != RULE_OF[route].scope:
            yield f"{route} declares {routes[route]!r}, its rule says {RULE_OF[route].scope!r}."
    if not DOCUMENT.exists() or DOCUMENT.read_text() != document():
        yield "docs/permissions.md is not what the table says: run manage.py permissions --write."


def document() -> str:
    """Return the table as Markdown."""
    heads = ["action", *Caller]
    cells = [[rule.action, *(rule.cell(caller) for caller in Caller)] for rule in RULES]
    routes = [[f"`{route}`", _needs(rule), rule.action] for rule in RULES for route in rule.routes]
    parts = [_table(heads, cells), "## Every route\n", _table(["route", "needs", "as"], routes)]
    return "\n".join([INTRODUCTION, *parts])


def _needs(rule: Rule) -> str:
    words = {ANYBODY: "nothing", SIGNED_IN: "a credential"}
    return words.get(rule.scope, f"`{rule.scope}`")


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
