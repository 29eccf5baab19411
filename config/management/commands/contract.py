"""Shell in, text out: the table of every variable, for people, machines and `.env.example`."""

import json
import textwrap
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Table

from config.contract.declaring import Category, Variable
from config.contract.variables import CATEGORIES

_WIDE = 160
_DEFAULT_WIDTH = 34
_HEAD = """\
# Every variable TaskFlow reads, by the way it comes. LOCAL needs none of them: what is switched off
# with a # shows its default, or an example where it has none. Outside LOCAL a change-me is refused.
# Written by `manage.py contract --format env`; change config/contract/variables.py instead.
"""


def as_json() -> str:
    """Return the table for machines: a list with one object for each variable."""
    rows = [
        {
            "name": variable.name,
            "category": category.name,
            "injected_by": category.injected_by,
            "required_in": category.required_in,
            "default": variable.default_words,
            "description": variable.description,
        }
        for category in CATEGORIES
        for variable in category.variables
    ]
    return json.dumps(rows, indent=2)


def as_env() -> str:
    """Return the text of `.env.example`."""
    return "\n".join([_HEAD, *(_env_section(category) for category in CATEGORIES)]).rstrip()


def as_terraform() -> str:
    """Return what the deployment needs of it: the names by category, and defaults that count."""
    names = {each.name: [variable.name for variable in each.variables] for each in CATEGORIES}
    defaults = {
        category.name: {
            variable.name: variable.default if isinstance(variable.default, str) else None
            for variable in category.variables
        }
        for category in CATEGORIES
    }
    told = {
        **names,
        "code_defaults": defaults["code_defaults"],
        "platform_defaults": defaults["platform"],
    }
    return json.dumps(told, indent=2)


def as_table(*, on_terminal: bool) -> str:
    """Return the table for people, as wide as their terminal."""
    width = None if on_terminal else _WIDE
    console = Console(width=width, force_terminal=on_terminal, highlight=False)
    with console.capture() as capture:
        for category in CATEGORIES:
            console.print(f"\n[bold]{category.name}[/bold]: {_how(category)}")
            console.print(_rows(category))
    return "\n".join(line.rstrip() for line in capture.get().strip("\n").splitlines())


def _how(category: Category) -> str:
    required = f"required in {', '.join(category.required_in)}; " if category.required_in else ""
    return f"{required}injected by: {category.injected_by}"


def _rows(category: Category) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True, min_width=_LONGEST_NAME)
    table.add_column(width=_DEFAULT_WIDTH, overflow="fold")
    table.add_column(overflow="fold")
    for variable in category.variables:
        table.add_row(variable.name, variable.default_words or "-", variable.description)
    return table


def _env_section(category: Category) -> str:
    title = f"# === {category.name}: {_how(category)}"
    return "\n".join([title, *(_env_lines(variable) for variable in category.variables)]) + "\n"


def _env_lines(variable: Variable) -> str:
    told = f" (default: {variable.default_words})" if variable.default_words else ""
    prose = textwrap.wrap(f"{variable.description}{told}", 97, break_on_hyphens=False)
    plain = variable.default if isinstance(variable.default, str) else ""
    return "\n".join(
        [*(f"# {line}" for line in prose), f"#{variable.name}={variable.example or plain}"]
    )


_LONGEST_NAME = max(len(variable.name) for each in CATEGORIES for variable in each.variables)
_FORMATS: Mapping[str, Callable[[], str]] = MappingProxyType(
    {"json": as_json, "env": as_env, "terraform": as_terraform}
)


class Command(BaseCommand):
    """Print the runtime contract."""

    help = (
        "Print every environment variable the service reads: its category, who injects it, where "
        "it is required, its default and what it is for. No value of this process is shown."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the format."""
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = (
            "examples:\n"
            "  manage.py contract                             read it here\n"
            "  manage.py contract --format json | jq .        feed it to a tool\n"
            "  manage.py contract --format env > .env.example renew the checked in file"
        )
        parser.add_argument(
            "--format",
            choices=["table", "json", "env", "terraform"],
            default="table",
            help="table for people (the default), json for machines, env for .env.example, "
            "terraform for deploy/terraform/shared/contract.json",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the contract in the chosen format."""
        text = _FORMATS.get(options["format"], lambda: as_table(on_terminal=self.stdout.isatty()))
        self.stdout.write(text())
