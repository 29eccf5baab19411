"""Changing the issuer's keys without HTTP or shell, with keys that take no time to make."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

from accounts.models import SigningKey
from accounts.operations import first_keys, keys, revocation, rotation
from accounts.private_keys import generate
from accounts.vault import VAULT
from audit.actors import SHELL, Origin
from audit.models import Entry
from audit.recording import Journal, recording

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALG = "ES256"  # its keys are made in no time
WAIT = timedelta(seconds=300 + 3600 + 30 + 15 + 15)  # until everybody has a new key
LAST = timedelta(seconds=30 + 15 + 15 + 900 + 30)  # until nothing an old one signed is honoured
QUARTER = timedelta(days=90)


def after(**delta: float) -> datetime:
    """An instant so long after noon."""
    return NOON + timedelta(**delta)


@contextmanager
def changing(at: datetime = NOON) -> Iterator[Journal]:
    """Open a recording as the command does, at some instant."""
    with recording(actor=SHELL, at=at, origin=Origin(request_id="test-keys")) as journal:
        yield journal


def begin(at: datetime = NOON) -> SigningKey:
    """Store a first key that signs at once, as the very first one does."""
    with changing(at) as journal:
        first_keys.begin(generate(ALG), journal)
    return SigningKey.objects.get(first_of=ALG)


def rotate(at: datetime = NOON, alg: str = ALG, **wishes: Any) -> rotation.Rotation:
    """Rotate a key that is made in no time."""
    with changing(at) as journal:
        return rotation.rotate(generate(alg), journal=journal, **wishes)


def revoke(kid: str, at: datetime = NOON) -> revocation.Revocation:
    """Revoke a key."""
    with changing(at) as journal:
        return revocation.revoke(kid, reason="a test", journal=journal)


def access_token(at: datetime = NOON, alg: str = ALG) -> str:
    """A token of Alice's for this API, signed by whoever signs at that instant."""
    issued = int(at.timestamp())
    claims = {
        "iss": settings.CONTRACT.base_url, "sub": "@alice", "aud": "taskflow",
        "client_id": "first-party", "iat": issued, "exp": issued + 600, "jti": "a-test",
        "scope": "tasks:read", "actor_type": "human", "role": "user", "ver": 1,
    }  # fmt: skip
    return keys.signed(claims, typ="at+jwt", alg=alg, at=at)


def signer_at(at: datetime, alg: str = ALG) -> str:
    """The kid of the key that signs at some instant, by what the database says now."""
    return VAULT.read(at).signer(at, alg).kid


def shown_at(at: datetime) -> set[str]:
    """The kids of the set that is published at some instant."""
    return {key.kid for key in VAULT.read(at).published(at)}


def told(action: str) -> list[Entry]:
    """What the audit says of an action."""
    return list(Entry.objects.filter(action=action).order_by("id"))


@cache
def small_rsa_keys(how_many: int) -> list[rsa.RSAPrivateKey]:
    """RSA keys that take a tenth of the time to make, and are still let in."""
    return [rsa.generate_private_key(65537, 2048) for _ in range(how_many)]
