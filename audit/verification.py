"""Is history what was sealed? If not, where is the first place at which it is not?

Statements are judged by a function that is given: the audit knows no keys.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

from django.db import connection
from django.db.models import Max, Min, Subquery
from django.db.models.functions import Coalesce

from audit.comparison import COLUMNS, Compared, Part, Placed, Tampered, check_content, compare
from audit.models import Archive, Checkpoint, Entry, Leaf, instant
from audit.operations.sealing import hash_of
from audit.order import numbers
from audit.seal_models import GENESIS
from audit.signing import CHECKPOINT, MANIFEST, kid_of
from audit.tree import Frontier


class Unproven(Exception):
    """A statement is not one of the issuer's. The message says why."""


BATCH = 2000  # leaves compared together
PORTION = 100_000  # ids looked through by one statement

# Given a statement and its type, returns what it claims. Raises Unproven.
Judge: TypeAlias = Callable[[str, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was found to be as it was sealed, and how much is not sealed yet."""

    entries: int
    archived: int
    checkpoints: int
    root: str
    unsealed: int


# How parts are compared: one after the other, or many at once; what comes of it is in their order.
EachPart: TypeAlias = Callable[[Callable[[Part], Compared], Iterable[Part]], Iterable[Compared]]


def verify_stored(judge: Judge, kept: str | None = None, each: EachPart = map) -> Verified:
    """Compare every entry with its place, every root with what was signed. Raises Tampered.

    `kept` is a checkpoint that somebody took away: nothing else tells of a tail that was cut off
    together with all that was signed of it. `each` compares parts of history, one by one if not
    said otherwise.
    """
    newest = Checkpoint.objects.newest()
    size = newest.size if newest else 0
    archived = _archived(judge)
    frontier = Frontier()
    count = 0
    leaves = _leaves(size, archived, each)
    for checkpoint, claims in _checkpoints(judge, size):
        added = islice(leaves, checkpoint.size - frontier.size)
        _check_added(checkpoint, claims.get("places"), added, frontier)
        count += 1
    _check_uncovered()
    _check_kept(kept, judge)
    unsealed = _check_unsealed(newest.floor if newest else 0)
    return Verified(
        entries=size - archived,
        archived=archived,
        checkpoints=count,
        root=frontier.root().hex(),
        unsealed=unsealed,
    )


def _check_added(
    checkpoint: Checkpoint, signed: str | None, added: Iterator[Placed], frontier: Frontier
) -> None:
    """Grow the tree by what a checkpoint added, and compare it with what was signed of that.

    The first checkpoints of an old history say nothing of whose the places are.
    """
    places = hashlib.sha256()
    for leaf, place in added:
        frontier.append(leaf)
        places.update(place)
    if frontier.root().hex() != checkpoint.root:
        raise Tampered(_named(checkpoint), "has another root than the hashes in their places")
    if signed is not None and signed != places.hexdigest():
        raise Tampered(_named(checkpoint), "was signed when others had these places")


def _checkpoints(judge: Judge, size: int) -> Iterator[tuple[Checkpoint, Mapping[str, Any]]]:
    """Yield each checkpoint and its claims, judged and compared with the one before."""
    previous, covered = GENESIS, 0
    for checkpoint in Checkpoint.objects.filter(size__lte=size).order_by("size").iterator():
        claims = _check_statement(checkpoint, judge)
        if checkpoint.previous != previous:
            raise Tampered(_named(checkpoint, covered), "does not follow the one before it")
        yield checkpoint, claims
        previous, covered = hash_of(checkpoint.statement), checkpoint.size


def _check_statement(checkpoint: Checkpoint, judge: Judge) -> Mapping[str, Any]:
    try:
        claims = judge(checkpoint.statement, CHECKPOINT)
    except Unproven as error:
        raise Tampered(_named(checkpoint), f"was not signed by the issuer: {error}") from error
    told = {
        "size": checkpoint.size,
        "root": checkpoint.root,
        "previous": checkpoint.previous,
        "time": instant(checkpoint.time),
        "floor": checkpoint.floor,
        "kid": checkpoint.kid,
    }
    signed = {**claims, "kid": kid_of(checkpoint.statement)}
    for name, value in told.items():
        if signed.get(name) != value:
            raise Tampered(_named(checkpoint), f"was signed with another {name}")
    return claims


def _named(checkpoint: Checkpoint, covered: int | None = None) -> str:
    """Name a checkpoint, and the first entry that only it vouches for."""
    older = Checkpoint.objects.filter(size__lt=checkpoint.size)
    start = (older.aggregate(Max("size"))["size__max"] or 0) if covered is None else covered
    first = Leaf.objects.filter(position=start).first()
    name = f"Checkpoint {checkpoint.size}"
    return f"{name} (from entry {first.entry_id} on)" if first else name


def _archived(judge: Judge) -> int:
    """Return the position up to which entries may be gone, as the issuer signed manifests of it."""
    stop = 0
    for archive in Archive.objects.order_by("start"):
        name = f"The archive of positions {archive.start} to {archive.stop - 1}"
        try:
            claims = judge(archive.statement, MANIFEST)
        except Unproven as error:
            raise Tampered(name, f"was not signed by the issuer: {error}") from error
        goes_on = archive.start == stop == (claims.get("tree") or {}).get("start")
        if not goes_on or claims.get("count") != archive.stop - archive.start:
            raise Tampered(name, "was signed for others")
        stop = archive.stop
    return stop


def _leaves(size: int, archived: int, each: EachPart) -> Iterator[Placed]:
    """Yield the hashes in their places. Raises Tampered at the first that is not as it was."""
    starts = range(0, size, BATCH)
    parts = (Part(start, min(start + BATCH, size), archived) for start in starts)
    for leaves, bad in each(compare, parts):
        yield from leaves
        if bad:
            raise Tampered(*bad)


def _check_uncovered() -> None:
    newest = Checkpoint.objects.order_by("-size").values("size")[:1]
    covered = Coalesce(Subquery(newest), 0)
    beyond = Leaf.objects.filter(position__gte=covered).order_by("position").first()
    if beyond is not None:
        raise Tampered(f"Entry {beyond.entry_id}", "has a place that no checkpoint covers")


def _check_kept(kept: str | None, judge: Judge) -> None:
    if kept is None:
        return
    try:
        claims = judge(kept, CHECKPOINT)
    except Unproven as error:
        raise Tampered("The checkpoint that was kept", f"is not the issuer's: {error}") from error
    size, root = claims["size"], claims["root"]
    if not Checkpoint.objects.filter(size=size, root=root).exists():
        raise Tampered(f"The kept checkpoint of {size} entries", "is not one of this history")


def _check_unsealed(floor: int) -> int:
    """Check what has no place, and that it has none because it is new. Returns how many."""
    is_late = _below(floor)
    count = 0
    for row in _unsealed():
        if is_late(row):
            raise Tampered(f"Entry {row[0]}", "was not there when what is as old was sealed")
        check_content(row)
        count += 1
    return count


def _unsealed() -> Iterator[tuple[Any, ...]]:
    """Yield what has no place. Asked for at once, it would take longer than a statement may."""
    ends = Entry.objects.aggregate(low=Min("pk"), high=Max("pk"))
    for start in range(ends["low"] or 0, (ends["high"] or 0) + 1, PORTION):
        some = Entry.objects.unsealed().filter(pk__gte=start, pk__lt=start + PORTION)
        yield from some.order_by("pk").values_list(*COLUMNS).iterator(BATCH)


def _below(floor: int) -> Callable[[tuple[Any, ...]], bool]:
    """Return whether an entry is older than where sealing looks on: by number or transaction."""
    if connection.vendor != "postgresql":
        return lambda row: row[0] < floor
    # Restored into another cluster, whose numbers begin anew, they tell nothing.
    is_known = floor <= numbers().unused
    return lambda row: is_known and row[1] < floor
