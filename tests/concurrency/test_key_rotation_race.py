"""Many machines change the keys at once: one new key, and always somebody who signs."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from accounts.errors import AccountsError
from accounts.key_errors import KeyRevokedBefore, KeysChanged, RotationUnderWay, TooEarly
from accounts.models import Audience, SigningKey
from accounts.operations import audiences, keys, postponing, rewrapping
from accounts.private_keys import to_pem
from local.environment import DATABASE_URL
from tests.concurrency.threads import at_once
from tests.keys import (
    ALG,
    NOON,
    QUARTER,
    WAIT,
    begin,
    changing,
    revoke,
    rotate,
    signer_at,
    small_rsa_keys,
    told,
)
from tests.serving import manage

pytestmark = pytest.mark.django_db(transaction=True)


def tried(change):
    """Return what came of a change, a refusal included."""
    try:
        return change()
    except AccountsError as refusal:
        return refusal


def tried_one(changes, number):
    """Try one of several changes."""
    return tried(changes[number])


def grow(seconds, at):
    """Declare a longer cache."""
    with changing(at) as journal:
        return audiences.change("taskflow", journal=journal, jwks_cache_seconds=seconds)


def lane_url():
    """The URL of this test's database, for processes."""
    name = str(settings.DATABASES["default"]["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ[DATABASE_URL])._replace(path=f"/{name}").geturl()


def test_processes_that_rotate_at_once_publish_one_key(signing_key):
    command = ("signing_keys", "rotate", "--force")

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda _: manage(*command, DATABASE_URL=lane_url()), range(2)))

    (new,) = SigningKey.objects.filter(succeeds=signing_key)
    assert sum(f"{new.kid} is published" in text for text in said) == 1
    assert sum(f"The next RS256 key, {new.kid}, signs" in text for text in said) == 1
    assert len(told("key.rotated")) == len(told("key.created")) == 1


def test_machines_that_postpone_at_once_do_it_once(settings):
    old = begin(NOON - QUARTER).kid
    rotate()
    settings.CONTRACT = replace(settings.CONTRACT, consumer_cache_seconds=86_400)

    came = at_once(10, lambda _: postponing.postpone(ALG, NOON))

    assert came == [None] * 10
    assert [entry.actor_id for entry in told("key.rotated")].count("system:issuer") == 2
    assert signer_at(NOON + WAIT, ALG) == old


def test_machines_that_rotate_at_once_publish_one_key():
    old = begin(NOON - QUARTER)

    came = at_once(10, lambda _: tried(rotate))

    (new,) = SigningKey.objects.filter(succeeds=old)
    assert [type(each) for each in came].count(RotationUnderWay) == 9
    assert {each.facts["kid"] for each in came if isinstance(each, RotationUnderWay)} == {new.kid}
    assert len(told("key.rotated")) == 1


@pytest.mark.parametrize("_", range(5))
def test_a_rotation_that_meets_a_revocation_leaves_one_signer(_):
    old = begin(NOON - QUARTER).kid

    came = at_once(2, lambda number: tried(lambda: revoke(old)) if number else tried(rotate))
    if isinstance(came[1], KeysChanged):
        revoke(old)

    assert signer_at(NOON) == SigningKey.objects.get(revoked_at=None).kid
    assert SigningKey.objects.count() == 2


@pytest.mark.parametrize("_", range(5))
def test_both_keys_revoked_at_once_leave_one_signer(_):
    kids = [begin(NOON - QUARTER).kid, rotate().kid]

    came = at_once(2, lambda number: tried(lambda: revoke(kids[number])))
    for kid, outcome in zip(kids, came, strict=True):
        if isinstance(outcome, KeysChanged):
            revoke(kid)

    assert signer_at(NOON) == SigningKey.objects.get(revoked_at=None).kid
    assert SigningKey.objects.filter(revoked_at=None).count() == 1


def test_a_cache_that_grows_while_keys_rotate_is_waited_for_or_refused(rounds):
    begin(NOON - QUARTER)

    for number in range(1, rounds(10, full=200) + 1):
        at, seconds = NOON + number * 2 * QUARTER, 3600 + number
        changes = (partial(rotate, at), partial(grow, seconds, at))
        came = at_once(2, partial(tried_one, changes))
        wait = came[0].dates.signs_from - came[0].dates.published_at
        longest = Audience.objects.get(pk="taskflow").jwks_cache_seconds

        assert isinstance(came[1], TooEarly) == (longest != seconds)
        assert wait >= WAIT + timedelta(seconds=max(0, longest - 3600))


def test_a_key_that_many_revoke_is_revoked_once():
    old = begin().kid

    came = at_once(8, lambda _: tried(lambda: revoke(old)))

    refusals = [each for each in came if isinstance(each, KeyRevokedBefore | KeysChanged)]
    assert (len(refusals), len(told("key.revoked"))) == (7, 1)
    assert SigningKey.objects.count() == 2


def test_a_mounted_key_that_many_import_is_one_key_told_once(settings, tmp_path):
    path = tmp_path / "key.pem"
    path.write_bytes(to_pem(small_rsa_keys(1)[0]))
    settings.CONTRACT = replace(settings.CONTRACT, jwt_private_key_file=path)

    came = at_once(8, lambda _: keys.signer(NOON).kid)

    assert set(came) == {SigningKey.objects.get().kid}
    assert len(told("key.created")) == 1


def test_private_halves_that_many_rewrap_are_rewrapped_once(settings):
    kid = begin().kid
    given = (bytes(range(32)), *settings.CONTRACT.key_encryption_keys)
    settings.CONTRACT = replace(settings.CONTRACT, key_encryption_keys=given)

    def rewrap(_):
        with changing() as journal:
            rewrapping.rewrap(journal)

    at_once(4, lambda number: tried(lambda: rewrap(number)))

    assert [entry.target_id for entry in told("key.rewrapped")] == [kid]
