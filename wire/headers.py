"""Which headers came, and how do those leave that every answer has? Without ceremony.

Django collects all headers of a request before it tells one, and checks each header of an answer
as it is set. Most requests are asked for three, and what every answer has was checked once.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from django.http import HttpRequest
from django.http.request import HttpHeaders
from django.http.response import HttpResponseBase, ResponseHeaders
from rest_framework.request import Request

Checked: TypeAlias = Mapping[str, tuple[str, str]]


def said(request: HttpRequest | Request, name: str) -> str | None:
    """Return what the client said in a header, None where it sent none of the name."""
    found: str | None = request.META.get(_of_wsgi(name))
    return found


def checked(headers: Mapping[str, str]) -> Checked:
    """Return headers as answers hold them. Raises BadHeaderError, as setting them would."""
    return dict(_held(ResponseHeaders(headers)))


def complete(response: HttpResponseBase, headers: Checked) -> None:
    """Add those headers that the answer does not have yet."""
    held = _held(response.headers)
    for name, pair in headers.items():
        held.setdefault(name, pair)


def _held(headers: ResponseHeaders) -> dict[str, tuple[str, str]]:
    # By name in small letters: what Django's own methods read and write.
    held: Any = headers
    return held._store  # type: ignore[no-any-return]  # noqa: SLF001


@lru_cache(maxsize=64)
def _of_wsgi(name: str) -> str:
    return HttpHeaders.to_wsgi_name(name)
