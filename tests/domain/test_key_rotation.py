"""One key takes over from another: published first, signing when everybody has it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from accounts.key_errors import NoKeyToRemove, RotationNotDue, RotationUnderWay, TooEarly
from accounts.models import Audience, SigningKey
from accounts.operations import rotation
from audit.errors import AuditUnavailable
from tests.factories import make_history_unwritable
from tests.keys import (
    ALG,
    LAST,
    NOON,
    QUARTER,
    WAIT,
    after,
    begin,
    changing,
    rotate,
    shown_at,
    signer_at,
    told,
)

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def test_a_successor_is_shown_at_once_and_signs_when_everybody_has_it():
    old = begin(NOON - QUARTER).kid

    new = rotate().kid

    assert shown_at(NOON) == {old, new}
    assert signer_at(NOON + WAIT - SECOND) == old
    assert signer_at(NOON + WAIT) == new


def test_the_predecessor_stays_until_nothing_it_signed_is_honoured():
    old = begin(NOON - QUARTER).kid

    new = rotate().kid

    gone = NOON + WAIT + LAST
    assert shown_at(gone - SECOND) == {old, new}
    assert shown_at(gone) == {new}


def test_nothing_is_rotated_before_it_is_due():
    begin()

    with pytest.raises(RotationNotDue) as refusal:
        rotate(after(days=89))

    assert refusal.value.facts["due_at"] == NOON + QUARTER - timedelta(seconds=30)
    assert SigningKey.objects.count() == 1


@pytest.mark.parametrize("early", [False, True])
def test_a_successor_that_waits_is_not_doubled(early):
    begin(NOON - QUARTER)
    waiting = rotate().kid

    with pytest.raises(RotationUnderWay) as refusal:
        rotate(after(minutes=65), early=early)

    assert refusal.value.facts["kid"] == waiting
    assert SigningKey.objects.count() == 2


def test_a_rotation_can_be_forced_before_it_is_due_and_keeps_its_windows():
    old = begin().kid

    new = rotate(after(days=1), early=True)

    assert new.retiring == old
    assert new.dates.signs_from == after(days=1) + WAIT


def test_keys_follow_each_other_every_quarter():
    first = begin().kid

    kids = [first, *(rotate(after(days=91 * quarter)).kid for quarter in range(1, 5))]

    chain = SigningKey.objects.order_by("signs_from").values_list("pk", "succeeds_id")
    assert list(chain) == list(zip(kids, [None, *kids], strict=False))


@pytest.mark.parametrize("wish", ["signs_from", "removed_at"])
def test_a_date_that_is_too_early_is_refused_and_the_earliest_named(wish):
    begin(NOON - QUARTER)
    earliest = NOON + WAIT + (LAST if wish == "removed_at" else timedelta())
    too_early: dict[str, Any] = {wish: earliest - SECOND}
    in_time: dict[str, Any] = {wish: earliest}

    with pytest.raises(TooEarly, match=f"{earliest:%Y-%m-%dT%H:%M:%SZ}"):
        rotate(**too_early)

    assert rotate(**in_time).kid


def test_the_longest_cache_that_an_audience_declares_is_waited_for():
    begin(NOON - QUARTER)
    Audience.objects.create(name="slow", payload_versions=[1], jwks_cache_seconds=86_400)
    Audience.objects.create(name="quick", payload_versions=[1], jwks_cache_seconds=0)

    dates = rotate().dates

    assert dates.signs_from == NOON + WAIT + timedelta(seconds=86_400 - 3600)


def test_each_algorithm_is_rotated_by_itself():
    begin(NOON - QUARTER)
    Audience.objects.create(name="edge", payload_versions=[1], algorithm="EdDSA")

    rotate(alg="EdDSA")

    assert rotation.algorithms() == ["RS256", "EdDSA"]
    assert rotation.due_at("EdDSA") == NOON + WAIT + QUARTER
    assert rotation.due_at(ALG) == NOON - timedelta(seconds=30)


def test_a_rotation_is_told_of_both_keys():
    old = begin(NOON - QUARTER).kid

    new = rotate().kid

    (rotated,), created = told("key.rotated"), told("key.created")[-1]
    assert (rotated.target_id, rotated.context["successor"], created.target_id) == (old, new, new)
    assert rotated.changes["retires_at"] == [None, "2026-03-01T13:06:00.000000Z"]


def test_a_rotation_that_can_not_be_told_does_not_happen():
    begin(NOON - QUARTER)
    make_history_unwritable()

    with pytest.raises(AuditUnavailable):
        rotate()


def test_what_is_over_loses_its_private_half_and_keeps_its_row():
    old = begin(NOON - QUARTER).kid
    gone = rotate().dates.removed_at

    with changing(gone) as journal:
        assert rotation.remove_expired(journal) == [old]

    row = SigningKey.objects.get(pk=old)
    assert (row.sealed_private, row.public_jwk["kid"]) == (None, old)
    assert [entry.target_id for entry in told("key.removed")] == [old]


def test_nothing_is_removed_before_its_time_or_twice():
    begin(NOON - QUARTER)
    gone = rotate().dates.removed_at

    for at in (gone - SECOND, gone, gone):
        try:
            with changing(at) as journal:
                rotation.remove_expired(journal)
        except NoKeyToRemove:
            assert at == gone - SECOND or told("key.removed")

    assert len(told("key.removed")) == 1


@pytest.mark.parametrize(
    "members",
    [
        {"algorithm": ALG, "first_of": ALG},
        {"algorithm": ALG, "succeeds": "first"},
        {"algorithm": ALG},
        {"algorithm": "EdDSA", "first_of": "RS256"},
        {"algorithm": "EdDSA", "first_of": "EdDSA", "succeeds": "second"},
    ],
    ids=["two firsts", "two successors", "neither", "of another algorithm", "both"],
)
def test_the_database_knows_one_first_key_and_one_successor_each(members):
    first = begin()
    second = SigningKey.objects.get(pk=rotate(NOON + QUARTER).kid)
    keys = {"first": first, "second": second, None: None}
    row = {**members, "succeeds": keys[members.get("succeeds")]}

    with pytest.raises(IntegrityError):
        SigningKey.objects.create(
            kid="another", public_jwk={}, published_at=NOON, signs_from=NOON, **row
        )
