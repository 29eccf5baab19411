"""Which key signs now? The one every token of ours is signed with."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django.db import connection

from accounts import jose
from accounts.algorithms import PrivateKey
from accounts.errors import NotSigningYet, SigningUnavailable
from accounts.keys import KeyRing, NoSigner, SigningKey
from accounts.operations import first_keys, key_rows, postponing
from accounts.vault import VAULT

FIRST = key_rows.FIRST


def signer(at: datetime, alg: str = FIRST) -> SigningKey:
    """Return the key that signs now, making the algorithm's first one if there never was any.

    A successor that would sign before everybody can have it is postponed. To be called before a
    recording is opened: inside one nothing is made or changed. No query while the ring is fresh
    and in order. Raises SigningUnavailable, NotSigningYet, ImportedKeyUnfit.
    """
    ring = VAULT.ring(at)
    is_known = ring.knows(alg)
    if not is_known or postponing.is_due(ring, at, alg):
        if not connection.in_atomic_block:
            (postponing.postpone if is_known else first_keys.ensure)(alg, at)
        ring = VAULT.read(at)
    try:
        return ring.signer(at, alg)
    except NoSigner as error:
        raise _refusal(ring, at, alg) from error


def signed(claims: Mapping[str, Any], *, typ: str, alg: str, at: datetime) -> str:
    """Return the claims as a JWS of the key that signs now. Raises as `signer`."""
    key = signer(at, alg)
    private = cast("PrivateKey", key.private)
    return jose.sign(claims, key=private, alg=key.alg, kid=key.kid, typ=typ)


def _refusal(ring: KeyRing, at: datetime, alg: str) -> SigningUnavailable:
    begins = ring.signs_next(at, alg)
    if begins is None:
        return SigningUnavailable()
    return NotSigningYet(alg=alg, signs_from=begins, at=at)
