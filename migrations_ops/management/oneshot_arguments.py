"""Which words does `manage.py oneshot` understand?"""

import argparse
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from migrations_ops.pump import LONGEST_REST
from wire.strict_json import NotStrictJson, loads

AS = "@admin"
EPILOG = """\
exit status: 0 done, also when it was done before; 1 call again; 2 refused

  manage.py oneshot list
  manage.py oneshot preview lowercase_project_slugs --as @operator
  manage.py oneshot approve lowercase_project_slugs --as @admin \\
      --requester @operator --preview-digest DIGEST
  TOKEN=$(manage.py oneshot token lowercase_project_slugs --as @operator --preview-digest DIGEST)
  manage.py oneshot run lowercase_project_slugs --as @operator --token "$TOKEN"
  manage.py oneshot receipt lowercase_project_slugs > receipt
  manage.py oneshot receipt --verify receipt --jwks statement-keys.json --bury

Approving is needed in production alone. docs/runbooks/oneshot.md tells the whole story.
"""
ACTIONS = {
    "list": "show all operations and how they stand",
    "status": "show one operation, its run and its history",
    "preview": "show what a run would do, and the digest that binds a token to it",
    "approve": "approve what somebody else wants to run",
    "token": "mint a migration token and print it",
    "run": "run an operation to its end, go on with it, or tell that it ran before",
    "pause": "let no batch of a run begin from now on",
    "resume": "let a paused or failed run go on",
    "cancel": "end a run for ever, and print the signed cancellation",
    "receipt": "print the receipt of a run, or verify one and add it to the tombstones",
    "index": "bring oneshots/index.json up to date with the files",
}
NAMED = set(ACTIONS) - {"list", "index", "receipt"}
ACTING = NAMED - {"status"}
ASKING = {"preview", "approve", "token", "run"}


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    found = {name: actions.add_parser(name, help=text) for name, text in ACTIONS.items()}
    for name, action in found.items():
        if name in NAMED:
            action.add_argument("name", help="the operation's name")
        if name in ACTING:
            action.add_argument("--as", dest="handle", help=f"who you are; {AS} in LOCAL")
        if name in ASKING:
            _declare_parameters(action)
    for name in ("approve", "token"):
        found[name].add_argument("--max-rows", type=int, help="touch no more rows than this")
    found["approve"].add_argument("--requester", required=True, help="whose request it is")
    found["approve"].add_argument("--preview-digest", required=True, help="of what you have seen")
    found["token"].add_argument("--preview-digest", help="the digest of the preview you have seen")
    found["preview"].add_argument("--digest", action="store_true", help="print the digest alone")
    _declare_run(found["run"])
    _declare_receipt(found["receipt"])


def _declare_parameters(action: argparse.ArgumentParser) -> None:
    action.add_argument("--parameters", type=json_object, help="a JSON object", default=None)
    action.add_argument(
        "--rows", type=table, action="append", default=[], metavar="NAME=FILE",
        help="a parameter that is a table, from a CSV file with a header line",
    )  # fmt: skip


def _declare_run(action: argparse.ArgumentParser) -> None:
    action.add_argument("--token", required=True, help="the migration token; - reads it from stdin")
    action.add_argument(
        "--sleep", type=rest, default=0.0, metavar="SECONDS",
        help=f"rest after each batch, {LONGEST_REST:g} at most; a tenth of its time at least",
    )  # fmt: skip
    action.add_argument(
        "--target-ms", type=int, default=500, help="how long a batch should take; 500"
    )


def _declare_receipt(action: argparse.ArgumentParser) -> None:
    action.add_argument("name", nargs="?", help="the operation's name")
    action.add_argument("--verify", type=Path, metavar="FILE", help="a receipt to verify instead")
    action.add_argument(
        "--jwks", type=Path, metavar="FILE",
        help="/.well-known/statement-keys.json of the service, or its jwks.json",
    )  # fmt: skip
    action.add_argument("--issuer", default="", help="the BASE_URL it has to come from")
    action.add_argument("--bury", action="store_true", help="add it to tombstones.json")
    action.add_argument(
        "--environment", default="PROD", help="where it has to come from to be buried; PROD"
    )


def json_object(text: str) -> dict[str, object]:
    """Read a JSON object off the command line. Raises ArgumentTypeError."""
    try:
        value = loads(text)
    except NotStrictJson as error:
        raise ArgumentTypeError(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ArgumentTypeError("not a JSON object, such as '{\"limit\": 5}'")
    return value


def table(text: str) -> tuple[str, str]:
    """Read `name=file`, and the file. Raises ArgumentTypeError."""
    name, _, path = text.partition("=")
    try:
        return name, Path(path).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise ArgumentTypeError(f"{path or 'no file'}: {error}") from error


def rest(text: str) -> float:
    """Read the seconds of a rest. Raises ArgumentTypeError."""
    try:
        seconds = float(text)
    except ValueError as error:
        raise ArgumentTypeError("not a number of seconds") from error
    if not 0 <= seconds <= LONGEST_REST:
        raise ArgumentTypeError(f"from 0 to {LONGEST_REST:g}: who rests longer is taken for dead")
    return seconds


def given(options: dict[str, Any]) -> dict[str, object] | None:
    """Return the parameters of all options, None when there are none."""
    tables = dict(options["rows"])
    return {**(options["parameters"] or {}), **tables} if options["parameters"] or tables else None
