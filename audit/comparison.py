"""Is what stands in a part of history what was sealed there? The part that takes long."""

from typing import Any, NamedTuple

from django.db.models import Q

from audit.ledger import HASHED, leaf_hash, place
from audit.models import Entry, Leaf, instant

# In the order of their spelling: a million entries are spelled in it.
CONTENT = tuple(sorted(HASHED))
COLUMNS = ("pk", "xact", "leaf_hash", "occurred_at", *CONTENT)


class Tampered(Exception):
    """History is not what was sealed: where, and in what way."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where} {what}")
        self.place = (where, what)


class Part(NamedTuple):
    """Positions of the tree that are compared together; entries below `archived` may be gone."""

    start: int
    stop: int
    archived: int


class Placed(NamedTuple):
    """A leaf's hash, and who has the place."""

    leaf: bytes
    place: bytes


class Compared(NamedTuple):
    """The leaves of a part, up to the first place that is not as it was sealed, if there is one."""

    leaves: list[Placed]
    bad: tuple[str, str] | None


def compare(part: Part) -> Compared:
    """Compare what is in the places of a part with the entries, as far as these are still here."""
    places = Leaf.objects.filter(position__gte=part.start, position__lt=part.stop)
    found = places.order_by("position").values_list("position", "entry_id", "xact", "hash")
    entries = _rows([leaf[1] for leaf in found])
    leaves: list[Placed] = []
    try:
        for expected, (position, entry_id, xact, leaf) in enumerate(found, part.start):
            if position != expected:
                break
            if position >= part.archived or entry_id in entries:
                _check_place(entry_id, entries.get(entry_id), xact, bytes(leaf))
            leaves.append(Placed(bytes(leaf), place(entry_id, xact)))
    except Tampered as tampered:
        return Compared(leaves, tampered.place)
    missing = part.start + len(leaves)
    where, what = f"The leaf at position {missing}", "is missing, and its entry with it"
    return Compared(leaves, None if missing == part.stop else (where, what))


def _rows(ids: list[int]) -> dict[int, tuple[Any, ...]]:
    """Read entries by id, in one range of them where they lie close together, as they mostly do."""
    low, high = min(ids, default=0), max(ids, default=0)
    is_dense = high - low < 2 * len(ids)
    wanted = Q(pk__gte=low, pk__lte=high) if is_dense else Q(pk__in=ids)
    return {row[0]: row for row in Entry.objects.filter(wanted).values_list(*COLUMNS)}


def _check_place(entry_id: int, row: tuple[Any, ...] | None, xact: int, leaf: bytes) -> None:
    name = f"Entry {entry_id}"
    if row is None:
        raise Tampered(name, "is missing")
    check_content(row)
    if row[2] != leaf.hex():
        raise Tampered(name, "is not the one that was sealed")
    if row[1] != xact:
        raise Tampered(name, "was written by another transaction when it was sealed")


def check_content(row: tuple[Any, ...]) -> None:
    content = dict(zip(CONTENT, row[4:], strict=True))
    content["occurred_at"] = instant(row[3])
    if leaf_hash(content) != row[2]:
        raise Tampered(f"Entry {row[0]}", "is not what its leaf_hash says")
