"""What can happen to the issuer's keys?"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.db import connection

from accounts import jose, sealing
from accounts.algorithms import PrivateKey, UnfitKey
from accounts.errors import SigningUnavailable
from accounts.jwk import public_jwk
from accounts.keys import NoSigner, SigningKey
from accounts.models import SigningKey as KeyRow
from accounts.private_keys import generate, load_pem, to_pem
from accounts.vault import VAULT
from audit.actions import Action
from audit.actors import Actor, ActorType, Origin
from audit.recording import Journal, recording

ISSUER = Actor(id="system:issuer", type=ActorType.SYSTEM, auth_method="process")
FIRST = "RS256"


def signer(at: datetime, alg: str = FIRST) -> SigningKey:
    """Return the key that signs now, making the very first one if there never was any.

    To be called before a recording is opened. Raises SigningUnavailable.
    """
    try:
        return VAULT.ring(at).signer(at, alg)
    except NoSigner:
        if not connection.in_atomic_block:
            _make_first(at, alg)
    try:
        return VAULT.read(at).signer(at, alg)
    except NoSigner as error:
        raise SigningUnavailable from error


def signed(claims: Mapping[str, Any], *, typ: str, alg: str, at: datetime) -> str:
    """Return the claims as a JWS of the key that signs now. Raises SigningUnavailable."""
    key = signer(at, alg)
    private = cast("PrivateKey", key.private)
    return jose.sign(claims, key=private, alg=key.alg, kid=key.kid, typ=typ)


def _make_first(at: datetime, alg: str) -> None:
    if KeyRow.objects.filter(algorithm=alg).exists():
        return
    key = _imported(alg) or generate(alg)
    origin = Origin(request_id="first-key", release=settings.CONTRACT.release)
    try:
        with recording(actor=ISSUER, at=at, origin=origin) as journal:
            _store_first(key, alg, journal)
    except _AnotherWasFirst:
        return


class _AnotherWasFirst(Exception):
    """Another process made the first key in the meantime."""


def _store_first(key: PrivateKey, alg: str, journal: Journal) -> None:
    jwk = public_jwk(key, alg)
    sealed = sealing.seal(
        to_pem(key), settings.CONTRACT.key_encryption_keys, bound_to=jwk["kid"].encode()
    )
    # Nobody holds a set yet that could miss it, so the first key signs at once; it is dated back
    # for the machines whose clocks are behind.
    born = journal.at - timedelta(seconds=settings.CONTRACT.clock_skew_seconds)
    row = KeyRow(
        kid=jwk["kid"],
        algorithm=alg,
        public_jwk=jwk,
        sealed_private=sealed,
        published_at=born,
        signs_from=born,
        first_of=alg,
    )
    KeyRow.objects.bulk_create([row], ignore_conflicts=True)
    if not KeyRow.objects.filter(pk=row.kid).exists():
        raise _AnotherWasFirst
    journal.record(Action.KEY_CREATED, target=("signing_key", row.kid), context={"alg": alg})


def _imported(alg: str) -> PrivateKey | None:
    path = settings.CONTRACT.jwt_private_key_file
    if path is None or alg != FIRST:
        return None
    try:
        return load_pem(path.read_bytes())
    except (OSError, UnfitKey) as error:
        raise SigningUnavailable from error
