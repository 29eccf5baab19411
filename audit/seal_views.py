"""HTTP in, HTTP out: what is signed of history, and proofs that an entry is under it."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from audit.errors import NoSuchEntry
from audit.models import Checkpoint, Leaf
from audit.operations.proofs import prove
from audit.operations.sealing import seal_if_possible
from audit.serializers import CheckpointOut, ProofOut, ProofQuery
from audit.views import READ_ALL, reader_of, seen_by
from wire.described import described
from wire.orders import Column
from wire.pages import PageQuery, page
from wire.views import Endpoint

LARGEST = (Column("size", descending=True),)


@described(tags=["audit"])
class Checkpoints(Endpoint):
    """What the issuer signed."""

    required_scopes = {"GET": READ_ALL}
    queries: ClassVar[dict[str, Any]] = {"GET": PageQuery}

    @described(responses=CheckpointOut(many=True))
    def get(self, request: Request) -> Response:
        """List the signed checkpoints, newest first, sealing what stands open before.

        Each covers all entries that the one before it covers, and names its hash. Whoever keeps
        one can tell later that nothing it covers was changed.
        """
        seal_if_possible(self.at)
        found = page(Checkpoint.objects.all(), LARGEST, self.query)
        return Response(CheckpointOut(found.rows, many=True).data, headers=found.headers(request))


@described(tags=["audit"])
class EntryProof(Endpoint):
    """Whether an entry is under the seal."""

    required_scopes = {"GET": "signed in"}
    queries: ClassVar[dict[str, Any]] = {"GET": ProofQuery}

    @described(responses=ProofOut)
    def get(self, request: Request, entry_id: int) -> Response:
        """Prove that an entry is one of those that a checkpoint covers.

        For whoever may read the entry; of one that was archived, with `audit:read`.

        One that was written a moment ago may have no place yet: 404 `not_sealed_yet` with
        `Retry-After`.
        """
        reader = reader_of(request)
        is_seen = seen_by(reader).filter(pk=entry_id).exists()
        # Of what was archived only the leaf is left, and nobody's trail.
        is_left = reader.may(READ_ALL) and Leaf.objects.filter(entry_id=entry_id).exists()
        if not (is_seen or is_left):
            raise NoSuchEntry
        return Response(ProofOut(prove(entry_id, at=self.at, size=self.query.get("size"))).data)
