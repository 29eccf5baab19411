"""Many who write and many who seal: every entry has one place, and the checkpoints one order."""

from itertools import pairwise

import pytest

from audit.models import Checkpoint, Entry, Leaf
from audit.operations import sealing
from audit.seal_models import GENESIS
from audit.tree import extends
from tests.concurrency.threads import at_once
from tests.history import write
from wire.clock import now

WRITERS, SEALERS = 6, 2

pytestmark = pytest.mark.django_db(transaction=True)


def act(number):
    if number < WRITERS:
        for _ in range(5):
            write()
    else:
        for _ in range(10):
            sealing.seal(now())


def test_no_entry_is_lost_or_placed_twice_however_writing_and_sealing_mix(signing_key, rounds):
    for _ in range(rounds(2, full=100)):
        at_once(WRITERS + SEALERS, act)

    list(sealing.seal_all(now()))
    entries = Entry.objects.count()
    assert not Entry.objects.unsealed().exists()
    checkpoints = list(Checkpoint.objects.order_by("size"))
    assert Leaf.objects.count() == entries == checkpoints[-1].size
    assert_chained(checkpoints)


def assert_chained(checkpoints):
    assert checkpoints[0].previous == GENESIS
    for older, newer in pairwise(checkpoints):
        assert newer.previous == sealing.hash_of(older.statement)
        assert extends(
            bytes.fromhex(newer.root),
            newer.size,
            earlier=(bytes.fromhex(older.root), older.size),
            path=newer.tree().consistency(older.size),
        )
