"""People, agents and services at the shell: shell in, text out."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from rich.table import Table

from accounts.errors import NoSuchAccount
from accounts.jwk import thumbprint
from accounts.management.registry_command import (
    REFUSED,
    RegistryCommand,
    json_file,
    scopes,
    told,
)
from accounts.models import Account, normal_handle
from accounts.operations import credentials, identities, principals
from accounts.scopes import Role, Scope, spell
from audit.shell import recording_from_shell
from wire.clock import now

EPILOG = """\
exit status: 0 done, or nothing to do; 1 call again; 2 refused

What is taken away stops new tokens at once, and calls to this service within 5 s everywhere.
A secret is shown once; two may live, so that a client can go from one to the next: add, give it
to the client, revoke (the older one, unless a number that `show` tells is named).

  manage.py principal role @alice operator
  manage.py principal scopes @robo "tasks:read audit:read"
  manage.py principal secret @robo add
  manage.py principal secret @robo revoke 7
  manage.py principal identity @alice link user_2abC
"""


class Command(RegistryCommand):
    """Shows and changes the principals of the registry."""

    help = "People, agents and services: show, disable, enable, roles, scopes, keys, secrets."
    epilog = EPILOG

    def add_actions(self) -> None:
        """Declare the actions and their options."""
        self.action(self.list, "show all")
        show = self.action(self.show, "show one, its secrets by number alone")
        disable = self.action(self.disable, "stop one: no new token, no refresh, no call")
        enable = self.action(self.enable, "let one act again; what was ended stays so")
        role = self.action(self.role, "give a person another role")
        scopes_ = self.action(self.scopes, "grant exactly these scopes")
        jwks = self.action(self.jwks, "let these public keys vouch for a client")
        secret = self.action(self.secret, "add or revoke a client's secret")
        identity = self.action(self.identity, "say who of an outside provider a principal is")
        for action in (show, disable, enable, role, scopes_, jwks, secret, identity):
            action.add_argument("name", help="the handle, such as @alice")
        role.add_argument("role", choices=[each.value for each in Role])
        scopes_.add_argument(
            "scopes", type=granted,
            help=f"of: {spell(Scope)}; default for what the role or being an agent brings",
        )  # fmt: skip
        jwks.add_argument("jwks", type=key_set, help="a file with a JWK Set; none for no keys")
        secret.add_argument("change", choices=["add", "revoke"])
        secret.add_argument("number", nargs="?", type=int, help="which to revoke")
        identity.add_argument("change", choices=["link", "unlink"])
        identity.add_argument("subject", help="the sub of the provider's tokens, never an e-mail")
        identity.add_argument("--issuer", help="the iss of its tokens; AUTH_SERVER_URL if not told")

    def list(self, **options: Any) -> None:
        """Print a table of all."""
        table = Table("handle", "type", "role", "scopes", "client id", "disabled")
        for account in Account.objects.all():
            table.add_row(*facts(account).values())
        self.print(table)

    def show(self, *, name: str, **options: Any) -> None:
        """Print what is known of one."""
        handle = normal_handle(name)
        account = Account.objects.filter(pk=handle).first()
        if account is None:
            raise NoSuchAccount(handle=handle)
        table = Table(show_header=False)
        for title, fact in {**facts(account), **proofs(account)}.items():
            table.add_row(title, fact)
        self.print(table)

    def disable(self, *, name: str, **options: Any) -> None:
        """Stop one."""
        with recording_from_shell() as journal:
            principals.disable(name, journal=journal)
        self.stdout.write(f"{normal_handle(name)} is disabled, and its sessions are ended.")

    def enable(self, *, name: str, **options: Any) -> None:
        """Let one act again."""
        with recording_from_shell() as journal:
            principals.enable(name, journal=journal)
        self.stdout.write(f"{normal_handle(name)} may act again; people sign in anew.")

    def role(self, *, name: str, role: str, **options: Any) -> None:
        """Change a role."""
        with recording_from_shell() as journal:
            principals.change_role(name, Role(role), journal=journal)
        self.stdout.write(f"{normal_handle(name)} has the role {role}.")

    def scopes(self, *, name: str, scopes: Any, **options: Any) -> None:
        """Change what one is granted."""
        with recording_from_shell() as journal:
            principals.change_scopes(name, scopes, journal=journal)
        account = Account.objects.get(pk=normal_handle(name))
        self.stdout.write(f"{account} holds {spell(account.scopes) or 'nothing'}.")

    def jwks(self, *, name: str, jwks: Any, **options: Any) -> None:
        """Change which keys vouch for a client."""
        with recording_from_shell() as journal:
            credentials.set_jwks(principals.registered(name), jwks, journal)
        self.stdout.write(f"{normal_handle(name)} has {'these' if jwks else 'no'} keys.")

    def secret(self, *, name: str, change: str, number: int | None, **options: Any) -> None:
        """Add a secret and show it this once, or revoke one."""
        if change == "add" and number is not None:
            raise CommandError("A secret that is added has no number yet.", returncode=REFUSED)
        with recording_from_shell() as journal:
            account = principals.registered(name)
            if change == "revoke":
                revoked = credentials.revoke_secret(account, number, journal)
            else:
                added = credentials.add_secret(account, journal)
        if change == "revoke":
            self.stdout.write(f"Secret {revoked} of {account} is revoked.")
            return
        self.stdout.write(f"client_id      {added.client_id}")
        self.stdout.write(f"client_secret  {added.client_secret}")
        self.stderr.write("The secret is shown this once; only a digest of it is kept.")

    def identity(
        self, *, name: str, change: str, subject: str, issuer: str | None, **options: Any
    ) -> None:
        """Let somebody of an outside provider be the principal, or no longer."""
        issuer = issuer or settings.CONTRACT.auth_server_url
        if issuer is None:
            raise CommandError("No AUTH_SERVER_URL is set: name the --issuer.", returncode=REFUSED)
        act = identities.link if change == "link" else identities.unlink
        with recording_from_shell() as journal:
            act(name, issuer=issuer, subject=subject, journal=journal)
        self.stdout.write(f"{subject} of {issuer} is {change}ed: {normal_handle(name)}.")


def granted(text: str) -> frozenset[Scope] | None:
    """Read scopes off the command line, None for what comes by itself."""
    return None if text == "default" else scopes(text)


def key_set(path: str) -> object | None:
    """Read a key set named on the command line, None for no keys."""
    return None if path == "none" else json_file(path)


def facts(account: Account) -> Mapping[str, str]:
    """Return what is told of everybody."""
    return {
        "handle": account.handle,
        "type": str(account.actor_type),
        "role": str(account.role),
        "scopes": spell(account.scopes),
        "client id": account.client_id or "",
        "disabled": told(account.disabled_at),
    }


def proofs(account: Account) -> Mapping[str, str]:
    """Return what more is told of one: how it may prove who it is, and nothing that would do."""
    living = account.secrets.filter(revoked_at__isnull=True)
    keys = (account.jwks or {}).get("keys", ())
    identities = account.identities.all()
    return {
        "e-mail": account.email,
        "created": told(account.created_at),
        "sessions": str(account.sessions.living(now()).count()),
        "secrets": "\n".join(f"{each.pk}, of {told(each.created_at)}" for each in living),
        "keys": "\n".join(map(thumbprint, keys)),
        "identities": "\n".join(map(str, identities)),
    }
