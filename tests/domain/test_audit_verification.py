"""Whoever tampers with history is found out, and the first place is named."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from accounts import jose
from accounts.models import SigningKey
from audit import signing, verification
from audit.ledger import HASHED
from audit.models import Checkpoint, Entry, Leaf
from audit.operations import sealing
from tests.history import NOON, changeable_history, write, write_and_seal
from wire.clock import now

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def entries(signing_key):
    """Five entries under two checkpoints, and a sixth that stands open; returns their ids."""
    return write_and_seal()


def verify(*arguments):
    call_command("audit", "verify", *arguments)


def refused(*arguments):
    with pytest.raises(CommandError) as refusal:
        verify(*arguments)
    assert refusal.value.returncode == 1
    return str(refusal.value)


def with_other(column):
    """A value the column may have, but did not."""
    others = {
        "action": "task.created", "outcome": "denied", "actor_type": "human", "task_id": 4711,
        "changes": {"title": ["Mähen", "Harken"]}, "context": {}, "ip": "192.0.2.8",
        "occurred_at": NOON.replace(microsecond=1), "leaf_hash": "0" * 64, "xact": 4711,
    }  # fmt: skip
    return {column: others.get(column, "other")}


def test_what_nobody_touched_is_as_it_was_sealed(capsys):
    verify()

    told = capsys.readouterr().out.splitlines()
    assert told == [
        "5 entries are as they were sealed, in 2 checkpoints.",
        f"root {Checkpoint.objects.newest().root}",  # type: ignore[union-attr]
        "1 entries are not sealed yet.",
    ]


def test_what_stands_open_is_looked_for_a_portion_at_a_time(monkeypatch, capsys):
    monkeypatch.setattr(verification, "PORTION", 2)
    write(4)

    with CaptureQueriesContext(connection) as said:
        verify()

    asked = ['"audit_entry"."id" <' in s["sql"] for s in said if "NOT EXISTS" in s["sql"]]
    assert asked == [True] * 5
    assert "5 entries are not sealed yet." in capsys.readouterr().out


@pytest.mark.parametrize("which", [1, 5], ids=["sealed", "open"])
@pytest.mark.parametrize("column", [*HASHED, "occurred_at", "leaf_hash"])
def test_a_change_of_any_column_is_found(entries, column, which):
    with changeable_history():
        Entry.objects.filter(pk=entries[which]).update(**with_other(column))

    assert refused() == f"Entry {entries[which]} is not what its leaf_hash says."


def test_a_forged_transaction_is_found(entries):
    with changeable_history():
        Entry.objects.filter(pk=entries[1]).update(xact=4711)

    assert refused().startswith(f"Entry {entries[1]} was written by another transaction")


def forged(entry_id):
    entry = Entry.objects.get(pk=entry_id)
    entry.actor_id = "@mallory"
    entry.seal_content()
    Entry.objects.filter(pk=entry_id).update(actor_id="@mallory", leaf_hash=entry.leaf_hash)
    return bytes.fromhex(entry.leaf_hash)


def test_a_change_whose_hash_fits_is_found(entries):
    with changeable_history():
        forged(entries[1])

    assert refused() == f"Entry {entries[1]} is not the one that was sealed."


def test_a_change_whose_hash_and_place_fit_is_found(entries):
    with changeable_history():
        Leaf.objects.filter(entry_id=entries[4]).update(hash=forged(entries[4]))

    assert refused().startswith(f"Checkpoint 5 (from entry {entries[3]} on) has another root")


def swap(one, other):
    """Let two entries have each other's place."""
    leaf, second = (Leaf.objects.get(entry_id=each) for each in (one, other))
    Leaf.objects.filter(pk=leaf.pk).update(entry_id=0)
    Leaf.objects.filter(pk=second.pk).update(entry_id=one)
    Leaf.objects.filter(pk=leaf.pk).update(entry_id=other)


def exchange_ids(one, other):
    """Let two entries have each other's id, and the transaction that goes with it, everywhere."""
    xacts = dict(Leaf.objects.values_list("entry_id", "xact"))
    for was, becomes, xact in ((one, 0, 0), (other, one, xacts[one]), (0, other, xacts[other])):
        Entry.objects.filter(pk=was).update(id=becomes, xact=xact)
        Leaf.objects.filter(entry_id=was).update(entry_id=becomes, xact=xact)


def copy(entry_id):
    entry = Entry.objects.get(pk=entry_id)
    entry.pk = None
    entry.save(force_insert=True)
    if connection.vendor == "sqlite":
        Entry.objects.filter(pk=entry.pk).update(id=0)


@pytest.mark.parametrize(
    ("pair", "size", "first"), [((0, 2), 3, 0), ((3, 4), 5, 3), ((1, 4), 3, 0)], ids=str
)
def test_entries_that_have_each_others_id_in_both_tables_are_found(entries, pair, size, first):
    with changeable_history():
        exchange_ids(*(entries[each] for each in pair))
    named = Leaf.objects.get(position=first).entry_id

    assert refused() == (
        f"Checkpoint {size} (from entry {named} on) was signed when others had these places."
    )


def test_an_old_checkpoint_that_says_nothing_of_ids_is_taken(entries, monkeypatch):
    monkeypatch.setattr(sealing, "sign", lambda claims, **more: signing.sign(
        {name: value for name, value in claims.items() if name != "places"}, **more
    ))  # fmt: skip
    sealing.seal(now())

    verify()


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (lambda ids: Entry.objects.filter(pk=ids[1]).delete(), "Entry {1} is missing."),
        (lambda ids: Entry.objects.filter(pk__gte=ids[3]).delete(), "Entry {3} is missing."),
        (lambda ids: Entry.objects.filter(pk=ids[1]).update(id=99_999), "Entry {1} is missing."),
        (lambda ids: Leaf.objects.filter(entry_id=ids[1]).delete(), "position 1 is missing"),
        (lambda ids: Leaf.objects.filter(position__gte=4).delete(), "position 4 is missing"),
        (lambda ids: swap(ids[1], ids[2]), "Entry {2} is not the one that was sealed."),
        (lambda ids: Leaf.objects.update(position=F("position") + 7), "position 0 is missing"),
    ],
    ids=["delete", "cut", "renumber", "no place", "no places", "reorder", "shift"],
)
def test_whatever_is_taken_or_moved_is_found(entries, tamper, named):
    with changeable_history():
        tamper(entries)

    assert named.format(*entries) in refused()


def test_what_is_put_in_between_afterwards_is_found(entries):
    with changeable_history():
        copy(entries[1])
        if connection.vendor == "postgresql":
            Entry.objects.filter(pk__gt=entries[5]).update(xact=1)

    assert "was not there when what is as old was sealed" in refused()


def replay(ids):
    """Put what was signed first in the place of what was signed last."""
    first = Checkpoint.objects.get(size=3).statement
    Checkpoint.objects.filter(size=5).update(statement=first)


def swap_checkpoints(ids):
    first, second = Checkpoint.objects.order_by("size").values_list("statement", flat=True)
    Checkpoint.objects.filter(size=3).update(statement=second)
    Checkpoint.objects.filter(size=5).update(statement=first)


def resign(kid):
    """Sign the last one again, as somebody would who has all but the issuer's key."""
    newest = Checkpoint.objects.get(size=5)
    claims = jose.verify_compact(newest.statement, known_keys(), ["RS256"])[1]
    own = rsa.generate_private_key(65537, 2048)
    statement = jose.sign(json.loads(claims), key=own, alg="RS256", kid=kid, typ="checkpoint+jwt")
    Checkpoint.objects.filter(size=5).update(statement=statement, kid=kid)


def known_keys():
    return {"keys": [key.public_jwk for key in SigningKey.objects.all()]}


CHECKPOINTS = [
    (lambda ids: Checkpoint.objects.filter(size=5).update(root="0" * 64), 5, "another root"),
    (lambda ids: Checkpoint.objects.filter(size=3).update(previous="1" * 64), 3, "previous"),
    (lambda ids: Checkpoint.objects.filter(size=5).update(time=NOON), 5, "another time"),
    (lambda ids: Checkpoint.objects.filter(size=5).update(kid="other"), 5, "another kid"),
    (lambda ids: Checkpoint.objects.filter(size=5).update(floor=7), 5, "another floor"),
    (lambda ids: Checkpoint.objects.filter(size=3).update(size=2), 2, "another size"),
    (replay, 5, "another size"),
    (swap_checkpoints, 3, "another size"),
    (lambda ids: resign("foreign"), 5, "not signed by the issuer"),
    (lambda ids: resign(SigningKey.objects.get().pk), 5, "not signed by the issuer"),
    (lambda ids: Checkpoint.objects.update(statement="a.b.c"), 3, "not signed by the issuer"),
]


@pytest.mark.parametrize(("tamper", "size", "named"), CHECKPOINTS)
def test_a_checkpoint_that_is_not_what_was_signed_is_found(entries, tamper, size, named):
    with changeable_history():
        tamper(entries)

    told = refused()
    assert told.startswith(f"Checkpoint {size} (from entry {entries[0 if size < 5 else 3]} on)")
    assert named in told


def test_a_checkpoint_that_was_taken_out_is_missed(entries):
    with changeable_history():
        Checkpoint.objects.filter(size=3).delete()

    assert refused() == (
        f"Checkpoint 5 (from entry {entries[0]} on) does not follow the one before it."
    )


def test_a_tail_that_was_left_without_its_checkpoint_is_found(entries):
    with changeable_history():
        Checkpoint.objects.filter(size=5).delete()

    assert refused() == f"Entry {entries[3]} has a place that no checkpoint covers."
