"""HTTP in, HTTP out: the board as a file."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, ClassVar, cast

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import caller_of
from accounts.scopes import Scope
from audit.http import recording_for
from tasks import operations, reading
from tasks.file_serializers import ExportQuery, ImportedOut
from tasks.files import FORMATS, file_of
from tasks.sheets import read_sheet
from wire.described import described
from wire.negotiation import AnyAccepted
from wire.row_parsers import CSVParser, JSONLinesParser, Row
from wire.views import Endpoint

MEDIA_TYPES = [kind.media_type for kind in FORMATS.values()]


class Export(Endpoint):
    """The tasks that the caller may see, as a file."""

    required_scopes = {"GET": Scope.TASKS_READ}
    queries: ClassVar[dict[str, Any]] = {"GET": ExportQuery}
    content_negotiation_class = AnyAccepted  # `format` says what is sent

    @described(responses={(200, kind): OpenApiTypes.STR for kind in MEDIA_TYPES})
    def get(self, request: Request) -> StreamingHttpResponse:
        """Export tasks.

        All that the filters leave, oldest first, as they come from the database: a line of JSON
        for each (`jsonl`), or a table (`csv`) in which a cell that begins as a formula does has an
        apostrophe before it. What breaks off has no last chunk, so clients notice.
        """
        kind = FORMATS[self.query["format"]]
        parts = reading.everything(self.query, caller=caller_of(request), at=self.at)
        first = next(parts, [])  # a refusal can be told only before the first byte
        name = f"tasks.{self.query['format']}"
        return StreamingHttpResponse(
            file_of(chain([first], parts), kind),
            content_type=f"{kind.media_type}; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


class Import(Endpoint):
    """Tasks from a file."""

    required_scopes = {"POST": Scope.TASKS_WRITE}
    parser_classes = [CSVParser, JSONLinesParser]

    @described(request=dict.fromkeys(MEDIA_TYPES, OpenApiTypes.STR), responses={201: ImportedOut})
    def post(self, request: Request) -> Response:
        """Import tasks.

        Takes what an export gives, up to 10,000 rows: all become tasks, or none does and 422
        names what is wrong with each bad row. Rows refer to each other by the ids in the file;
        the tasks get new ones. The caller becomes their creator, and holds begin anew.
        """
        sheet = read_sheet(cast("Sequence[Row]", request.data or []))
        with recording_for(request) as journal:
            tasks = operations.bring_in(sheet, caller=caller_of(request), journal=journal)
        made = {"imported": len(tasks), "ids": [task.id for task in tasks]}
        return Response(ImportedOut(made).data, status=status.HTTP_201_CREATED)
