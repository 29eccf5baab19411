"""How does a ring begin? With one first key per algorithm, made once on however many machines."""

from datetime import datetime

from django.conf import settings

from accounts.algorithms import PrivateKey, UnfitKey
from accounts.errors import ImportedKeyUnfit
from accounts.key_errors import KeyChangeNotNeeded
from accounts.models import SigningKey
from accounts.operations import rotation
from accounts.operations.key_rows import FIRST, at_once, new_row, was_stored
from accounts.private_keys import algorithm_of, generate, load_pem
from audit.actors import Actor, ActorType, Origin
from audit.recording import Journal, recording

ISSUER = Actor(id="system:issuer", type=ActorType.SYSTEM, auth_method="process")


class _AnotherWasFirst(Exception):
    """Another process made the first key in the meantime."""


def ensure(alg: str, at: datetime) -> None:
    """Make the first key of an algorithm if there never was one, in a recording of its own.

    A ring begins with RS256, whatever was asked for: so the database lets one process alone begin
    it, and nobody holds a set yet that misses what that process adds. A further algorithm's first
    key waits as every successor does. Raises ImportedKeyUnfit.
    """
    if SigningKey.objects.filter(algorithm=alg).exists():
        return
    begins = not SigningKey.objects.exists()
    algs = dict.fromkeys([FIRST, alg]) if begins else [alg]
    keys = [_imported() if begins and each == FIRST else generate(each) for each in algs]
    origin = Origin(request_id="first-key", release=settings.CONTRACT.release)
    try:
        with recording(actor=ISSUER, at=at, origin=origin) as journal:
            for key in keys:
                begin(key, journal) if begins else rotation.rotate(key, journal=journal)
    except (_AnotherWasFirst, KeyChangeNotNeeded):
        return


def begin(key: PrivateKey, journal: Journal) -> None:
    """Store a key that signs at once, since nobody holds a set yet that misses it."""
    born = at_once(journal.at)
    if not was_stored(new_row(key, published_at=born, signs_from=born), journal):
        raise _AnotherWasFirst


def _imported() -> PrivateKey:
    """Return the key of JWT_PRIVATE_KEY_FILE, a new one where none is mounted."""
    path = settings.CONTRACT.jwt_private_key_file
    if path is None:
        return generate(FIRST)
    try:
        key = load_pem(path.read_bytes())
    except OSError as error:
        raise ImportedKeyUnfit(reason="it can not be read") from error
    except UnfitKey as error:
        raise ImportedKeyUnfit(reason=error) from error
    if algorithm_of(key) != FIRST:
        raise ImportedKeyUnfit(reason="it is of another algorithm")
    return key
