"""Entries get a place in the tree, and the issuer signs it."""

import threading
from contextlib import closing

import pytest
from django.db import DatabaseError, connection

from accounts import jose
from accounts.errors import SigningUnavailable
from accounts.models import SigningKey
from accounts.vault import VAULT
from audit.models import Checkpoint, Entry, Leaf, Subtree
from audit.operations import sealing
from audit.recording import whole
from audit.seal_models import GENESIS
from audit.tree import Frontier, extends
from tests.history import changeable_history, write
from wire.clock import now

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _issuer(signing_key):
    """Somebody signs."""


def seal():
    return sealing.seal(now())


def root_of_entries():
    """The root as anybody computes it from the entries in their places."""
    hashes = dict(Entry.objects.values_list("pk", "leaf_hash"))
    frontier = Frontier()
    for entry_id in Leaf.objects.order_by("position").values_list("entry_id", flat=True):
        frontier.append(bytes.fromhex(hashes[entry_id]))
    return frontier.root().hex()


def test_what_is_committed_is_placed_and_signed():
    write(3)

    checkpoint = seal()

    assert checkpoint == Checkpoint.objects.get()
    assert (checkpoint.size, checkpoint.root) == (3, root_of_entries())
    assert checkpoint.previous == GENESIS
    assert list(Leaf.objects.values_list("entry_id", flat=True)) == sorted(
        Entry.objects.values_list("pk", flat=True)
    )


def test_anybody_can_check_a_checkpoint_with_the_published_keys():
    write()
    checkpoint = seal()
    keys = {"keys": [key.public_jwk for key in SigningKey.objects.all()]}

    header, payload = jose.verify_compact(checkpoint.statement, keys, ["RS256"])

    assert (header["typ"], header["kid"]) == ("checkpoint+jwt", checkpoint.kid)
    assert b'"size":1' in payload
    assert checkpoint.root.encode() in payload


def test_each_checkpoint_goes_on_from_the_one_before():
    write(5)
    first = seal()
    write(300)
    second = seal()

    assert second.previous == sealing.hash_of(first.statement)
    assert (second.size, second.root) == (305, root_of_entries())
    assert Subtree.objects.get().level == 1
    proof = second.tree().consistency(5)
    roots = [bytes.fromhex(each.root) for each in (second, first)]
    assert extends(roots[0], 305, earlier=(roots[1], 5), path=proof)


def test_nothing_is_signed_when_nothing_came():
    write()
    seal()

    assert seal() is None
    assert Checkpoint.objects.count() == 1


def test_more_than_a_batch_is_sealed_in_several(monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 2)
    write(3)
    write(4)

    sizes = [checkpoint.size for checkpoint in sealing.seal_all(now())]

    assert sizes == [2, 4, 6, 7]
    assert not Entry.objects.unsealed().exists()


def test_what_nobody_can_sign_is_not_placed():
    SigningKey.objects.update(revoked_at=now())
    VAULT.forget()
    write()

    with pytest.raises(SigningUnavailable):
        seal()

    assert not Leaf.objects.exists()


@pytest.mark.parametrize(
    "tamper",
    [
        lambda: Leaf.objects.update(entry_id=7),
        lambda: Leaf.objects.all().delete(),
        lambda: Subtree.objects.update(level=2),
        lambda: Checkpoint.objects.update(root=GENESIS),
        lambda: Checkpoint.objects.all().delete(),
    ],
    ids=["a leaf", "leaves", "a subtree", "a checkpoint", "checkpoints"],
)
def test_the_seal_is_append_only_too(tamper):
    write(256)
    seal()

    with pytest.raises(DatabaseError, match="append-only"):
        tamper()


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("postgresql")  # SQLite has one writer at a time
def test_an_entry_that_is_committed_late_is_sealed_late_and_never_lost():
    stored, go_on = threading.Event(), threading.Event()

    def slow():
        with closing(connection), whole() as transaction:
            write(within=transaction)
            stored.set()
            assert go_on.wait(10)

    thread = threading.Thread(target=slow)
    thread.start()
    assert stored.wait(10)
    write()
    assert seal().size == 1
    go_on.set()
    thread.join()

    assert seal().size == 2
    assert not Entry.objects.unsealed().exists()


@pytest.mark.only_on("postgresql")  # SQLite has no numbers of transactions
def test_sealing_goes_on_in_a_cluster_whose_transactions_are_numbered_anew(monkeypatch):
    write()
    seal()
    with changeable_history():
        Checkpoint.objects.update(floor=2**60)
        Entry.objects.update(xact=2**60)
    monkeypatch.setattr(sealing, "BATCH", 2)
    write(5)

    assert [each.size for each in sealing.seal_all(now())] == [3, 5, 6]
    assert not Entry.objects.unsealed().exists()
