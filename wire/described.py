"""What does the OpenAPI document say of a route, beside what its view declares anyway?

Kept with the view, read by `config.openapi` when the document is made. drf-spectacular's
`extend_schema` would load what makes documents with the first view.
"""

from collections.abc import Callable
from typing import Any, TypedDict, TypeVar, Unpack

T = TypeVar("T", bound=Callable[..., Any])


class Words(TypedDict, total=False):
    """What can be said, in the terms of drf-spectacular's `extend_schema`."""

    request: Any
    responses: Any
    parameters: list[Any]
    tags: list[str]
    description: str


def described(**words: Unpack[Words]) -> Callable[[T], T]:
    """Say so of a view, or of one of its handlers, which goes before."""

    def keep(view: T) -> T:
        view.described = words  # type: ignore[attr-defined]
        return view

    return keep
