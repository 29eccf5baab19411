"""How is a body read? Strictly, and never more of it than is allowed."""

from collections.abc import Mapping
from typing import IO, Any, cast
from urllib.parse import parse_qsl

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from wire.strict_json import NotStrictJson, loads

MOST_PARAMETERS = 1000  # of a form, as Django has it


class BodyTooLarge(APIException):
    """The body passes the limit."""

    status_code = 413
    default_detail = "The body is larger than the limit."
    default_code = "body_too_large"


class StrictJSONParser(BaseParser):
    """Read one JSON text (RFC 8259) in UTF-8, refusing what two readers could read differently."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the value. Raises ParseError, BodyTooLarge, UnsupportedMediaType."""
        only_utf8(media_type)
        try:
            return loads(read_body(stream))
        except NotStrictJson as error:
            raise ParseError(f"The body is not valid JSON: {error}") from error


class StrictFormParser(BaseParser):
    """Read an OAuth form body (RFC 6749 appendix B), each parameter at most once (section 3.2)."""

    media_type = "application/x-www-form-urlencoded"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, str]:
        """Return name to value. Raises ParseError, BodyTooLarge, UnsupportedMediaType."""
        only_utf8(media_type)
        return _form(read_body(stream))


def form_of(request: Request) -> object:
    """Return the form that came with a request, which has not been read yet.

    What is labelled as one and no more needs no choice of a parser. Anything else is what DRF
    makes of it. Raises as the parser.
    """
    if request.META.get("CONTENT_TYPE") == StrictFormParser.media_type:
        return _form(read_body(cast("IO[Any]", request._request)))  # noqa: SLF001  as DRF reads it
    data: object = request.data
    return data


def _form(body: bytes) -> dict[str, str]:
    try:
        text = body.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except (UnicodeDecodeError, ValueError) as error:
        raise ParseError("The body is not a valid form.") from error
    form = dict(pairs)
    if len(form) < len(pairs):
        raise ParseError("A parameter was sent twice.")
    return form


def read_body(stream: IO[Any]) -> bytes:
    """Return the whole body. Raises BodyTooLarge past MAX_BODY_BYTES."""
    limit = settings.CONTRACT.max_body_bytes
    body: bytes = stream.read(limit + 1)
    if len(body) > limit:
        raise BodyTooLarge
    return body


def only_utf8(media_type: str | None) -> None:
    """Raise UnsupportedMediaType for a body in another encoding."""
    _, _, parameters = (media_type or "").lower().partition("charset=")
    charset = parameters.split(";")[0].strip(' "')
    if charset and charset not in {"utf-8", "utf8", "us-ascii"}:
        raise UnsupportedMediaType(media_type or "")
