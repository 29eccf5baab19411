"""What can happen to an agent's client id and secrets?"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field, replace

from accounts.claims import Grant
from accounts.errors import InvalidClient, InvalidScope
from accounts.models import Account, Audience, ClientSecret
from accounts.operations.tokens import grant_for
from accounts.scopes import Scope, parse, spell
from audit.actions import Action
from audit.actors import Actor, ActorType
from audit.recording import Journal

PREFIX = "tfs_"


@dataclass(frozen=True, slots=True)
class Credential:
    """A client id and its secret, at the one moment it is known."""

    client_id: str
    client_secret: str = field(repr=False)


def authenticate(client_id: str, client_secret: str) -> Account:
    """Return the client's account (RFC 6749, section 2.3.1). Raises InvalidClient."""
    digest = digest_of(client_secret)
    known = ClientSecret.objects.select_related("account").filter(
        account__client_id=client_id, revoked_at__isnull=True, account__disabled_at__isnull=True
    )
    # All are compared, so that the time tells nothing of which secret it was.
    matches = [s.account for s in known if hmac.compare_digest(s.digest, digest)]
    if not matches:
        raise InvalidClient
    return matches[0]


def grant(account: Account, audience: Audience, scope: str, journal: Journal) -> Grant:
    """Decide what a client gets: all it holds, or the part it asks for. Raises InvalidScope."""
    whole = grant_for(account, audience, client_id=account.client_id or "")
    granted = replace(whole, scopes=_narrowed(whole.scopes, scope))
    journal.record(
        Action.TOKEN_ISSUED,
        target=("principal", account.handle),
        context={"audience": audience.name, "scope": spell(granted.scopes)},
        actor=Actor(
            id=account.handle,
            type=ActorType(account.actor_type),
            auth_method="client_secret",
            client_id=account.client_id or "",
        ),
    )
    return granted


def add_secret(account: Account, journal: Journal) -> Credential:
    """Make a secret for the client; it is shown now and never again."""
    secret = PREFIX + secrets.token_urlsafe(32)
    ClientSecret.objects.create(account=account, digest=digest_of(secret), created_at=journal.at)
    journal.record(Action.CREDENTIAL_CREATED, target=("principal", account.handle))
    return Credential(account.client_id or "", secret)


def replace_secrets(account: Account, journal: Journal) -> Credential:
    """Revoke the client's living secrets and make a new one."""
    living = ClientSecret.objects.filter(account=account, revoked_at__isnull=True)
    living.update(revoked_at=journal.at)
    journal.record(Action.CREDENTIAL_REVOKED, target=("principal", account.handle))
    return add_secret(account, journal)


def _narrowed(held: frozenset[Scope], asked: str) -> frozenset[Scope]:
    if not asked:
        return held
    try:
        wanted = parse(asked)
    except ValueError as error:
        raise InvalidScope from error
    if not wanted <= held:
        raise InvalidScope
    return wanted


def digest_of(secret: str) -> str:
    """Return what is kept of a secret."""
    # 256 random bits need no slow hash.
    return hashlib.sha256(secret.encode()).hexdigest()
