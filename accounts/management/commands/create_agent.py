"""`create_agent`: register an agent and show its secret once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.errors import AccountsError
from accounts.management.registry_command import json_file
from accounts.operations import principals
from accounts.scopes import AGENT_DEFAULT, Scope, parse, spell
from audit.shell import recording_from_shell


class Command(BaseCommand):
    """Register an agent; prints its client id and secret, which is shown this once."""

    help = "Register an agent and print its client id and secret (shown once, stored hashed)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("name", help="the agent's handle, such as @robo")
        parser.add_argument(
            "--scopes",
            default=spell(AGENT_DEFAULT),
            help=f"what it may do, of: {spell(Scope)} (default: %(default)s)",
        )
        parser.add_argument(
            "--jwks",
            type=json_file,
            metavar="FILE",
            help="a JWK Set whose keys vouch for it (private_key_jwt); then it gets no secret",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the agent. Raises CommandError with the reason when it is refused."""
        try:
            scopes = parse(options["scopes"])
        except ValueError as error:
            raise CommandError(f"Unknown scope. Known are: {spell(Scope)}.") from error
        try:
            with recording_from_shell() as journal:
                credential = principals.create_agent(
                    options["name"], scopes=scopes, jwks=options["jwks"], journal=journal
                )
        except AccountsError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"client_id      {credential.client_id}")
        if not credential.client_secret:
            return
        self.stdout.write(f"client_secret  {credential.client_secret}")
        self.stderr.write("The secret is shown this once; only a digest of it is kept.")
