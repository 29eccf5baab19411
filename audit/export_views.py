"""HTTP in, HTTP out: history taken away, with what proves that it is whole."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from audit.actions import Action
from audit.formats import FORMATS
from audit.http import recording_for
from audit.models import Checkpoint
from audit.operations.exporting import Extract, everything, in_order_of_ids, written
from audit.operations.sealing import seal_all
from audit.serializers import ExportQuery
from audit.views import OPERATE, READ_ALL, Reader, reader_of, seen_by
from wire.described import described
from wire.views import Endpoint


@described(tags=["audit"])
class Export(Endpoint):
    """The audit log as a file."""

    required_scopes = {"GET": "signed in"}
    queries: ClassVar[dict[str, Any]] = {"GET": ExportQuery}
    tagged = frozenset()

    @described(responses={(200, form.media_type): OpenApiTypes.STR for form in FORMATS.values()})
    def get(self, request: Request) -> StreamingHttpResponse:
        """Write down entries, oldest first: all with `audit:read`, else the caller's own trail.

        The last line is a manifest that the issuer signs: how many, which first and last, their
        SHA-256, the filters, the checkpoint. `manage.py audit verify FILE` checks it with nothing
        but the issuer's keys. No cell of a table begins as a formula would: such get a `'`.

        Every export is itself recorded.
        """
        reader = reader_of(request)
        filters = {name: request.GET[name] for name in self.query if name != "format"}
        with recording_for(request) as journal:
            journal.record(
                Action.AUDIT_EXPORTED, target=("audit", "entries"), context={"filters": filters}
            )
        # Nothing is streamed that could not be signed at its end.
        list(seal_all(self.at))
        name = self.query["format"]
        lines = written(extract_for(reader, self.query, filters), FORMATS[name], self.at)
        disposition = f'attachment; filename="audit-{self.at:%Y%m%dT%H%M%SZ}.{name}"'
        return StreamingHttpResponse(
            lines,
            content_type=f"{FORMATS[name].media_type}; charset=utf-8",
            headers={"Content-Disposition": disposition},
        )

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Take any Accept: the query says which format, and refusals are JSON."""
        return super().perform_content_negotiation(request, force=True)


def extract_for(reader: Reader, query: Mapping[str, Any], filters: dict[str, str]) -> Extract:
    """Choose what was asked for and the caller may see; the manifest tells what was left out."""
    if reader.may(READ_ALL) and not filters:
        return everything()
    return Extract(
        entries=in_order_of_ids(seen_by(reader).matching(query)),
        filters={**filters, **_limits(reader)},
        checkpoint=Checkpoint.objects.newest(),
    )


def _limits(reader: Reader) -> dict[str, str]:
    """Tell what a caller was not shown."""
    if reader.may(READ_ALL):
        return {}
    return {"seen_by": reader.id, "of": "own, and operations" if reader.may(OPERATE) else "own"}
