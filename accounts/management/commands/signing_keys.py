"""The issuer's keys at the shell: shell in, text out."""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from rich.table import Column, Table

from accounts.key_errors import KeyChangeNotNeeded, KeysChanged
from accounts.management.registry_command import REFUSED, RegistryCommand, instant, told
from accounts.methods.own import ALGORITHMS
from accounts.models import SigningKey
from accounts.operations import first_keys, revocation, rewrapping, rotation
from accounts.operations.key_rows import FIRST
from accounts.private_keys import generate
from audit.errors import AuditUnavailable
from audit.shell import recording_from_shell
from wire.clock import now

EPILOG = """\
exit status: 0 done, or nothing to do; 1 call again; 2 refused

A scheduler may call `rotate` as often as it likes, on as many machines as it likes. Nothing is
restarted: every process sees new keys within seconds, and signs with them when all consumers do.

  manage.py signing_keys rotate
  manage.py signing_keys rotate --alg ES256 --force
  manage.py signing_keys revoke --reason "laptop lost" -- -kid_that_begins_with_a_hyphen
"""


def life(key: SigningKey) -> str:
    """Spell the dates of a key, one a line."""
    dates = {
        "published": key.published_at,
        "signs from": key.signs_from,
        "retires": key.retires_at,
        "removed": key.removed_at,
        "revoked": key.revoked_at,
    }
    return "\n".join(f"{name:<11}{told(at)}" for name, at in dates.items() if at is not None)


class Command(RegistryCommand):
    """Shows, rotates, revokes and re-wraps the keys that sign our tokens."""

    help = "The keys that sign our tokens: show, rotate, revoke, re-wrap."
    epilog = EPILOG
    passing = (KeysChanged, AuditUnavailable)

    def add_actions(self) -> None:
        """Declare the actions and their options."""
        self.action(self.list, "show all keys, and when each rotation is due")
        rotate = self.action(self.rotate, "publish what is due, drop private halves that are over")
        rotate.add_argument(
            "--alg", choices=ALGORITHMS, help="this one alone (default: all in use)"
        )
        rotate.add_argument(
            "--force", action="store_true", help="though it is not due; no window is skipped"
        )
        rotate.add_argument(
            "--signs-from", metavar="TIME", type=instant, help="let the next key sign later"
        )
        rotate.add_argument(
            "--removed-at", metavar="TIME", type=instant, help="keep its predecessor longer"
        )
        revoke = self.action(self.revoke, "end a key at once, in an emergency")
        revoke.add_argument("kid", help="the whole kid, as `list` shows it")
        revoke.add_argument("--reason", required=True, help="why; the audit keeps it")
        self.action(self.rewrap, "seal private halves under the first encryption key")

    def list(self, **options: Any) -> None:
        """Print a table of all keys, and when each algorithm is to be rotated."""
        at = now()
        table = Table(Column("kid", no_wrap=True), "alg", "state", "life", show_lines=True)
        for key in SigningKey.objects.order_by("algorithm", "-signs_from"):
            table.add_row(key.kid, key.algorithm, key.dates.state(at).value, life(key))
        self.print(table)
        for alg in rotation.algorithms():
            due = rotation.due_at(alg)
            self.stdout.write(f"{alg}: the next rotation is due {told(due) or 'now'}.")
        for kid in rewrapping.lost():
            self.stdout.write(f"{kid} signs nothing: no key of KEY_ENCRYPTION_KEYS opens it.")

    def rotate(self, *, alg: str | None, **options: Any) -> None:
        """Rotate what is due, and say what will happen when."""
        first_keys.ensure(FIRST, now())
        for each in [alg] if alg else rotation.algorithms():
            try:
                self._rotate(each, **options)
            except KeyChangeNotNeeded as unneeded:
                self.stdout.write(str(unneeded))
        with suppress(KeyChangeNotNeeded):
            self._remove_expired()

    def revoke(self, *, kid: str, reason: str, **options: Any) -> None:
        """Revoke a key, and say aloud what that leaves open."""
        with recording_from_shell() as journal:
            revoked = revocation.revoke(kid, reason=reason, journal=journal)
        seconds = settings.CONTRACT.key_cache_seconds
        self.stdout.write(f"{kid} is revoked; this service refuses it within {seconds} s.")
        self.stdout.write(
            f"Until {told(revoked.trusted_until)} consumers that keep their set of keys TRUST "
            "what it signed, forgeries too: have them fetch the set anew."
        )
        if revoked.successor:
            self.stdout.write(
                f"{revoked.successor.kid} signs now; until {told(revoked.successor.unknown_until)} "
                "consumers that keep a set without it refuse its tokens."
            )

    def rewrap(self, **options: Any) -> None:
        """Re-seal what another key than the first sealed."""
        with recording_from_shell() as journal:
            done = rewrapping.rewrap(journal)
        for kid in done.kids:
            self.stdout.write(f"{kid} is sealed under the first of KEY_ENCRYPTION_KEYS.")
        if done.lost:
            raise CommandError(
                f"No key of KEY_ENCRYPTION_KEYS opens {', '.join(done.lost)}.", returncode=REFUSED
            )

    def _rotate(self, alg: str, *, force: bool, **options: Any) -> None:
        rotation.check_due(alg, now(), early=force)
        key = generate(alg)  # takes a second, so before the transaction
        with recording_from_shell() as journal:
            begun = rotation.rotate(
                key,
                journal=journal,
                early=force,
                signs_from=options["signs_from"],
                removed_at=options["removed_at"],
            )
        dates, old = begun.dates, begun.retiring
        self.stdout.write(f"{alg}: {begun.kid} is published; consumers are shown it from now on.")
        follows = f", and {old} retires" if old else ""
        self.stdout.write(f"  {told(dates.signs_from)}  it signs{follows}")
        if old:
            self.stdout.write(f"  {told(dates.removed_at)}  {old} is removed")

    def _remove_expired(self) -> None:
        with recording_from_shell() as journal:
            removed = rotation.remove_expired(journal)
        for kid in removed:
            self.stdout.write(f"{kid} is over; its private half is dropped.")
