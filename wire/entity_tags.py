"""Is it still what the client last saw? Entity tags and preconditions (RFC 9110, section 13)."""

import hashlib
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeAlias

from django.http import HttpResponseNotModified
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from wire.errors import DomainError
from wire.headers import said
from wire.renderers import Spelled

SAFE = frozenset({"GET", "HEAD"})
ANY = "*"

# Section 8.8.3. A tag may hold a comma, so a list is not simply split; some items may be empty.
# Possessive repeats, so that hostile text cannot make the expression backtrack.
_OPAQUE = r'"[\x21\x23-\x7e\x80-\xff]*+"'
_TAG = rf"(?:W/)?{_OPAQUE}"
_LIST = re.compile(rf"[ \t,]*+{_TAG}(?:[ \t]*+,[ \t,]*+{_TAG})*+[ \t,]*+")

Expectation: TypeAlias = Callable[[Any], None]


class PreconditionFailed(DomainError):
    """The target has changed since the client read it, or never was what the client expects."""

    sentence = "It is no longer what If-Match names: read it again."


class MalformedPrecondition(DomainError):
    """If-Match holds neither entity tags nor an asterisk."""

    sentence = "If-Match takes entity tags, such as an ETag header gives, or an asterisk."


def tag_of(content: bytes) -> str:
    """Return the strong entity tag of a representation."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def tagged(response: HttpResponseBase, request: Request) -> HttpResponseBase:
    """Return the answer with its ETag where it shows one object; 304 to whom it is not new."""
    if not (isinstance(response, Response) and _is_object(response.data)):
        return response
    if response.status_code not in {HTTPStatus.OK, HTTPStatus.CREATED}:
        return response
    tag = response.headers["ETag"] = tag_of(response.render().content)
    if request.method in SAFE and _is_known(tag, said(request, "If-None-Match") or ""):
        kept = {name: value for name, value in response.items() if not name.startswith("Content-")}
        return HttpResponseNotModified(headers=kept)
    return response


def expectation(request: Request, shown: type[BaseSerializer[Any]]) -> Expectation:
    """Return the check that If-Match asks for, of an object as the serializer shows it.

    Asked of what a change is decided on, it settles races as the change itself does. It raises
    PreconditionFailed; making it raises MalformedPrecondition.
    """
    wanted = wanted_tags(request)
    if wanted is None or ANY in wanted:
        return lambda _: None

    def check(found: Any) -> None:
        data, kind = shown(found).data, request.accepted_media_type
        content: Any = request.accepted_renderer.render(data, kind)
        if tag_of(content) not in wanted:
            raise PreconditionFailed

    return check


def read_if_match(request: Request, *, is_heeded: bool) -> None:
    """Refuse an If-Match that is malformed, or asks for the tag of something that has none.

    Raises MalformedPrecondition, PreconditionFailed.
    """
    wanted = wanted_tags(request)
    if not (is_heeded or wanted is None or ANY in wanted):
        raise PreconditionFailed


def wanted_tags(request: Request) -> frozenset[str] | None:
    """Return the tags of If-Match, or the asterisk. Raises MalformedPrecondition."""
    given = said(request, "If-Match")
    if given is None:
        return None
    if given.strip() == ANY:
        return frozenset({ANY})
    if not _LIST.fullmatch(given):
        raise MalformedPrecondition
    return frozenset(re.findall(_TAG, given))


def _is_object(data: object) -> bool:
    return data.is_object if isinstance(data, Spelled) else isinstance(data, Mapping)


def _is_known(tag: str, given: str) -> bool:
    """Compare weakly, as section 13.1.2 says; what is malformed names nothing."""
    return given.strip() == ANY or tag in re.findall(_OPAQUE, given)
