"""What can happen to what is old? It goes into a file, and is removed once the file is known good.

Its leaves stay, so that what remains can still be proven, and what left too. The guard of the
entries' table lets nothing go that no archive names, and archives are guarded themselves.
"""

from datetime import datetime

from django.db import IntegrityError

from audit.actions import Action
from audit.errors import ArchivedMeanwhile, FileUnfit, NothingToArchive
from audit.export_verification import VerifiedExport
from audit.models import Archive, Checkpoint, Entry, Leaf
from audit.operations.exporting import Extract, in_order_of_places
from audit.recording import Journal
from audit.seal_models import stored_tree

BATCH = 5000  # entries removed by one statement


def archivable(before: datetime) -> Extract:
    """Choose all that is still here of what was sealed before an instant. Raises NothingToArchive.

    Ends with a whole checkpoint, so that its root vouches for the file.
    """
    start = Archive.objects.stop()
    checkpoint = Checkpoint.objects.covering(start).filter(time__lt=before).newest()
    if checkpoint is None:
        raise NothingToArchive(before=before.date())
    return Extract(
        entries=in_order_of_places(range(start, checkpoint.size)),
        filters={},
        checkpoint=checkpoint,
        base=stored_tree(start).frontier(),
    )


def remove(found: VerifiedExport, *, journal: Journal) -> int:
    """Remove the entries that a verified file holds; returns how many.

    Raises FileUnfit unless the file goes on where the last archive ended, ArchivedMeanwhile.
    """
    covers = found.covers
    if not covers or covers.start != Archive.objects.stop():
        raise FileUnfit(reason="it does not go on where the last archive ended")
    if found.entries != len(covers):
        raise FileUnfit(reason="it holds more than a range of the tree")
    try:
        Archive.objects.bulk_create([
            Archive(
                start=covers.start, stop=covers.stop, time=journal.at, statement=found.statement
            )
        ])  # fmt: skip
    except IntegrityError as error:
        raise ArchivedMeanwhile from error
    journal.record(
        Action.AUDIT_ARCHIVED,
        target=("audit", "entries"),
        context={"entries": len(covers), "from": covers.start, "sha256": found.claims["sha256"]},
    )
    return sum(
        _removed(range(start, min(start + BATCH, covers.stop)))
        for start in range(covers.start, covers.stop, BATCH)
    )


def _removed(positions: range) -> int:
    leaves = Leaf.objects.filter(position__gte=positions.start, position__lt=positions.stop)
    count, _ = Entry.objects.filter(pk__in=leaves.values("entry_id")).delete()
    if count != len(positions):
        raise FileUnfit(reason=f"of {len(positions)} entries it holds, {count} are here")
    return count
