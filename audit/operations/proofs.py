"""What shows that an entry is under the seal?"""

from dataclasses import dataclass
from datetime import datetime

from audit.errors import NoSuchCheckpoint, NotSealedYet
from audit.models import Checkpoint, Leaf
from audit.operations.sealing import seal_if_possible


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An entry's place, and the path from it to the root that was signed; hashes in hex."""

    entry_id: int
    leaf_hash: str
    position: int
    path: list[str]
    checkpoint: Checkpoint


def prove(entry_id: int, *, size: int | None, at: datetime) -> Proof:
    """Prove that the checkpoint of that size, or the newest, covers the entry.

    What stands open is sealed first, if it can be. Raises NotSealedYet, NoSuchCheckpoint.
    """
    place = _place(entry_id)
    if place is None:
        seal_if_possible(at)
        place = _place(entry_id)
    if place is None:
        raise NotSealedYet
    checkpoints = Checkpoint.objects.covering(place.position)
    checkpoint = (checkpoints if size is None else checkpoints.filter(size=size)).newest()
    if checkpoint is None:
        raise NoSuchCheckpoint(size=size)
    return Proof(
        entry_id=entry_id,
        leaf_hash=bytes(place.hash).hex(),
        position=place.position,
        path=[each.hex() for each in checkpoint.tree().inclusion(place.position)],
        checkpoint=checkpoint,
    )


def _place(entry_id: int) -> Leaf | None:
    return Leaf.objects.filter(entry_id=entry_id).first()
