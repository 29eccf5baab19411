"""What can happen to a client's secrets and keys?"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.algorithms import UnfitKey
from accounts.client_models import SLOTS
from accounts.jwk import judge, thumbprint
from accounts.models import Account, ClientSecret
from accounts.operations.assertions import ALGORITHMS
from accounts.registry_errors import (
    AlreadySo,
    NoSuchSecret,
    NotAClient,
    TooManySecrets,
    UnfitClientKeys,
)
from audit.actions import Action
from audit.recording import Journal

PREFIX = "tfs_"
MOST_KEYS = 10


@dataclass(frozen=True, slots=True)
class Credential:
    """A client id and, at the one moment it is known, its secret; none where keys vouch."""

    client_id: str
    client_secret: str = field(repr=False)


def add_secret(account: Account, journal: Journal) -> Credential:
    """Make a secret for the client; it is shown now and never again.

    Raises NotAClient, TooManySecrets.
    """
    _only_clients(account)
    secret = PREFIX + secrets.token_urlsafe(32)
    made = _store(account, digest_of(secret), journal)
    _record(journal, Action.CREDENTIAL_CREATED, account, secret=made)
    return Credential(account.client_id or "", secret)


def revoke_secret(account: Account, secret_id: int | None, journal: Journal) -> int:
    """Revoke a living secret, the oldest when none is named; return which. Raises NoSuchSecret."""
    living = ClientSecret.objects.filter(account=account, revoked_at__isnull=True)
    named = living if secret_id is None else living.filter(pk=secret_id)
    oldest = named.order_by("created_at", "pk").values_list("pk", flat=True).first()
    if oldest is None or not living.filter(pk=oldest).update(revoked_at=journal.at):
        raise NoSuchSecret(handle=account.handle)
    _record(journal, Action.CREDENTIAL_REVOKED, account, secret=oldest)
    return oldest


def replace_secrets(account: Account, journal: Journal) -> Credential:
    """Revoke the client's living secrets and make a new one."""
    living = ClientSecret.objects.filter(account=account, revoked_at__isnull=True)
    revoked = living.update(revoked_at=journal.at)
    _record(journal, Action.CREDENTIAL_REVOKED, account, secrets=revoked)
    return add_secret(account, journal)


def set_jwks(account: Account, jwks: object | None, journal: Journal) -> None:
    """Let these public keys vouch for the client's assertions from now on; None takes them away.

    Raises NotAClient, UnfitClientKeys, AlreadySo.
    """
    _only_clients(account)
    fit = None if jwks is None else fit_key_set(jwks)
    if account.jwks == fit:
        raise AlreadySo
    Account.objects.filter(pk=account.pk).update(jwks=fit)
    journal.record(
        Action.CREDENTIAL_REVOKED if fit is None else Action.CREDENTIAL_CREATED,
        target=("principal", account.handle),
        changes={"jwks": (_thumbprints(account.jwks), _thumbprints(fit))},
    )


def fit_key_set(jwks: object) -> dict[str, Any]:
    """Return the key set when each of its keys may vouch for a client. Raises UnfitClientKeys."""
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(keys, list) or not 0 < len(keys) <= MOST_KEYS:
        raise UnfitClientKeys(reason=f"it must be a JWK Set of 1 to {MOST_KEYS} keys")
    try:
        judged = [judge(key) for key in keys]
    except UnfitKey as error:
        raise UnfitClientKeys(reason=str(error)) from error
    if not {key.alg for key in judged} <= set(ALGORITHMS):
        raise UnfitClientKeys(reason=f"its keys must serve {', '.join(ALGORITHMS)}")
    names = [key.kid for key in judged]
    if len(names) > 1 and (None in names or len(set(names)) < len(names)):
        raise UnfitClientKeys(reason="each of several keys needs a kid of its own")
    return {"keys": keys}


def digest_of(secret: str) -> str:
    """Return what is kept of a secret."""
    # 256 random bits need no slow hash.
    return hashlib.sha256(secret.encode()).hexdigest()


def _store(account: Account, digest: str, journal: Journal) -> int:
    """Take a free slot; the database decides between two who want the same."""
    for slot in SLOTS:
        secret = ClientSecret(account=account, digest=digest, slot=slot, created_at=journal.at)
        ClientSecret.objects.bulk_create([secret], ignore_conflicts=True)
        made = ClientSecret.objects.filter(account=account, digest=digest)
        if (number := made.values_list("pk", flat=True).first()) is not None:
            return number
    raise TooManySecrets(handle=account.handle)


def _only_clients(account: Account) -> None:
    if account.client_id is None:
        raise NotAClient(handle=account.handle)


def _thumbprints(jwks: Mapping[str, Sequence[Mapping[str, object]]] | None) -> list[str] | None:
    return None if jwks is None else [thumbprint(key) for key in jwks["keys"]]


def _record(journal: Journal, action: Action, account: Account, **context: object) -> None:
    journal.record(action, target=("principal", account.handle), context=context)
