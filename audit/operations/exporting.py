"""What can happen to history on its way out? It is written down, and the issuer signs what was."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.errors import FileUnfit
from audit.formats import SO_FAR, Format
from audit.ledger import HASHED
from audit.models import Archive, Checkpoint, Entry, EntryQuerySet, Leaf, instant
from audit.seal_models import stored_tree
from audit.signing import MANIFEST, sign
from audit.tree import Frontier

BATCH = 1000  # entries read at a time
COLUMNS = ("pk", "leaf_hash", "occurred_at", *HASHED)

Placed = tuple[int | None, dict[str, Any]]  # an entry's position, if it has one, and its columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What is to be written down: placed entries, and what the manifest says of the choice.

    `base` is what the tree was before them, where they are all that it has since.
    """

    entries: Iterator[Placed]
    filters: Mapping[str, str]
    checkpoint: Checkpoint | None
    base: Frontier | None = None


def in_order_of_ids(entries: EntryQuerySet) -> Iterator[Placed]:
    """Yield entries up to the one that is the last now, a batch at a time, oldest first."""
    newest = entries.order_by("-pk").values_list("pk", flat=True).first() or 0
    last = 0
    while rows := list(
        entries.filter(pk__gt=last, pk__lte=newest).order_by("pk").values(*COLUMNS)[:BATCH]
    ):
        ids = [row["pk"] for row in rows]
        places = dict(Leaf.objects.filter(entry_id__in=ids).values_list("entry_id", "position"))
        yield from ((places.get(row["pk"]), row) for row in rows)
        last = ids[-1]


def in_order_of_places(positions: range) -> Iterator[Placed]:
    """Yield the entries of a range of the tree. Raises FileUnfit where one is missing."""
    for start in range(positions.start, positions.stop, BATCH):
        after = min(start + BATCH, positions.stop)
        leaves = Leaf.objects.filter(position__gte=start, position__lt=after)
        places = dict(leaves.values_list("position", "entry_id"))
        found = Entry.objects.filter(pk__in=places.values()).values(*COLUMNS)
        rows = {row["pk"]: row for row in found}
        for position in range(start, after):
            row = rows.get(places.get(position))
            if row is None:
                raise FileUnfit(reason=f"the entry at position {position} is missing")
            yield position, row


def everything() -> Extract:
    """Choose all that is still here."""
    return Extract(
        entries=in_order_of_ids(Entry.objects.all()),
        filters={},
        checkpoint=Checkpoint.objects.newest(),
        base=stored_tree(Archive.objects.stop()).frontier(),
    )


def written(extract: Extract, form: Format, at: datetime) -> Iterator[str]:
    """Yield the lines of a file, the signed manifest last.

    Raises what the issuer refuses to sign with.
    """
    digest, count, first, last = hashlib.sha256(), 0, None, None
    line = form.head()
    for position, row in extract.entries:
        digest.update(line.encode())
        yield line
        line = form.entry(_members(position, row, digest.hexdigest()[:SO_FAR]))
        count, first, last = count + 1, first or row["pk"], row["pk"]
    digest.update(line.encode())
    yield line
    claims = {
        "count": count,
        "first_id": first,
        "last_id": last,
        "sha256": digest.hexdigest(),
        "filters": dict(extract.filters),
        "tree": extract.base and _told(extract.base),
        "checkpoint": extract.checkpoint and extract.checkpoint.statement,
    }
    yield form.manifest({**claims, "statement": sign(claims, typ=MANIFEST, at=at)})


def _members(position: int | None, row: dict[str, Any], so_far: str) -> dict[str, Any]:
    return {
        **{name: row[name] for name in HASHED},
        "id": row["pk"],
        "position": position,
        "occurred_at": instant(row["occurred_at"]),
        "leaf_hash": row["leaf_hash"],
        "so_far": so_far,
    }


def _told(base: Frontier) -> dict[str, Any]:
    return {"start": base.size, "peaks": [peak.hex() for peak in base.peaks]}
