"""Seals a long history at once: `python -m benchmarks.sealed`, run by benchmarks.partitions.

`manage.py audit seal` does so 8,192 entries at a time, which for ten million takes long. The tree
and the signature are the service's own, so `manage.py audit verify` can tell whether all is well.
"""

import hashlib
import sys
from itertools import islice

import django

django.setup()

from django.db import connection  # noqa: E402

from audit.ledger import place  # noqa: E402
from audit.models import Checkpoint, Leaf, Subtree  # noqa: E402
from audit.operations import sealing  # noqa: E402
from audit.order import numbers  # noqa: E402
from audit.tree import Frontier  # noqa: E402
from wire.clock import now  # noqa: E402

PLACED = """INSERT INTO audit_leaf (position, entry_id, xact, hash)
SELECT %s + row_number() OVER (ORDER BY xact, id) - 1, id, xact, decode(leaf_hash, 'hex')
FROM audit_entry AS entry WHERE NOT EXISTS (SELECT 1 FROM audit_leaf WHERE entry_id = entry.id)"""


def main(most: int) -> None:
    """Place every entry that stands open, and sign checkpoints of so many at most."""
    newest, floor = Checkpoint.objects.newest(), numbers().open
    frontier = newest.tree().frontier() if newest else Frontier()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(PLACED, [frontier.size])
    leaves = Leaf.objects.filter(position__gte=frontier.size).order_by("position")
    rows = leaves.values_list("entry_id", "xact", "hash").iterator(most)
    while some := list(islice(rows, most)):
        frontier.whole.clear()
        places = hashlib.sha256()
        for entry_id, xact, leaf in some:
            places.update(place(entry_id, xact))
            frontier.append(bytes(leaf))
        more = {"floor": floor, "places": places.hexdigest()}
        newest = sealing._signed(frontier, newest, more, now())  # noqa: SLF001
        Checkpoint.objects.bulk_create([newest])
        Subtree.objects.bulk_create(
            (Subtree(**each._asdict()) for each in frontier.whole), batch_size=5_000
        )


if __name__ == "__main__":
    main(int(sys.argv[1]))
