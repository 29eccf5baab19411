"""What can happen to entries that stand open? They are sealed: placed in the tree, and it signed.

Nobody who writes waits for it: it reads what is committed, signs, and stores in one transaction of
its own. That two do so at once is settled by the place after the last checkpoint, which is unique.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, connection

from audit.ledger import place
from audit.models import Checkpoint, Entry, EntryQuerySet, Leaf, Subtree, instant
from audit.order import numbers
from audit.recording import whole
from audit.seal_models import GENESIS
from audit.signing import CHECKPOINT, kid_of, sign
from audit.tree import Frontier
from wire.errors import DomainError

BATCH = 8192  # entries, at most, that one checkpoint adds


class _Row(NamedTuple):
    """What sealing needs of an entry."""

    pk: int
    leaf_hash: str
    xact: int


class _Due(NamedTuple):
    """What can be placed now, in its order, and where the sealing after this one looks on."""

    rows: Sequence[_Row]
    floor: int


def seal(at: datetime) -> Checkpoint | None:
    """Place what is committed and sign the tree; None when nothing came or another was faster.

    To be called outside a transaction. Raises what the issuer refuses to sign with.
    """
    newest = Checkpoint.objects.newest()
    due = _due(newest.floor if newest else 0)
    if not due.rows:
        return None
    frontier = newest.tree().frontier() if newest else Frontier()
    leaves = list(_placed(due.rows, frontier))
    places = hashlib.sha256(b"".join(place(leaf.entry_id, leaf.xact) for leaf in leaves))
    checkpoint = _signed(frontier, newest, {"floor": due.floor, "places": places.hexdigest()}, at)
    try:
        with whole():
            Checkpoint.objects.bulk_create([checkpoint])
            Leaf.objects.bulk_create(leaves)
            Subtree.objects.bulk_create(Subtree(**each._asdict()) for each in frontier.whole)
    except IntegrityError:
        return None
    return checkpoint


def seal_if_possible(at: datetime) -> Checkpoint | None:
    """Seal in passing, where something else is asked: that nobody can sign now is no matter."""
    try:
        return seal(at)
    except DomainError:
        return None


def seal_all(at: datetime) -> Iterator[Checkpoint]:
    """Seal until nothing that is committed stands open; yields each checkpoint."""
    while checkpoint := seal(at):
        yield checkpoint


def standing_open() -> EntryQuerySet:
    """Return what has no place yet, looked for from where the last sealing says."""
    newest = Checkpoint.objects.newest()
    floor = newest.floor if newest else 0
    if connection.vendor != "postgresql":
        return Entry.objects.filter(pk__gte=floor)
    return _from(floor, numbers().unused)


def hash_of(statement: str) -> str:
    """Return what the next checkpoint calls this one by."""
    return hashlib.sha256(statement.encode()).hexdigest()


def _placed(rows: Sequence[_Row], frontier: Frontier) -> Iterator[Leaf]:
    for row in rows:
        leaf = bytes.fromhex(row.leaf_hash)
        yield Leaf(position=frontier.size, entry_id=row.pk, xact=row.xact, hash=leaf)
        frontier.append(leaf)


def _signed(
    frontier: Frontier, newest: Checkpoint | None, more: Mapping[str, Any], at: datetime
) -> Checkpoint:
    root = frontier.root().hex()
    previous = hash_of(newest.statement) if newest else GENESIS
    claims = {
        "size": frontier.size,
        "root": root,
        "previous": previous,
        "time": instant(at),
        **more,
    }
    statement = sign(claims, typ=CHECKPOINT, at=at)
    return Checkpoint(
        size=frontier.size,
        root=root,
        previous=previous,
        time=at,
        kid=kid_of(statement),
        statement=statement,
        floor=more["floor"],
    )


def _due(floor: int) -> _Due:
    if connection.vendor == "postgresql":
        return _due_by_transaction(floor)
    rows = _first(Entry.objects.filter(pk__gte=floor).order_by("pk"))
    return _Due(rows, rows[-1].pk + 1 if rows else floor)


def _due_by_transaction(floor: int) -> _Due:
    # Whatever is committed is placed. What is not may have a lower number: it is looked for again.
    lowest, unused = numbers()
    rows = _first(_from(floor, unused).order_by("xact", "pk"))
    if len(rows) < BATCH:
        return _Due(rows, lowest)
    return _Due(rows, floor if floor > unused else min(lowest, rows[-1].xact))


def _from(floor: int, unused: int) -> EntryQuerySet:
    # Restored from a dump into another cluster, whose numbers begin anew: look at everything.
    return Entry.objects.unsealed().filter(xact__gte=0 if floor > unused else floor)


def _first(entries: EntryQuerySet) -> list[_Row]:
    return [_Row(*values) for values in entries.values_list(*_Row._fields)[:BATCH]]
