"""How does a request become a recording?"""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, cast

from django.http import HttpRequest
from rest_framework.request import Request

from audit.actors import NOBODY, Actor, Origin
from audit.recording import Journal, Whole, recording


class Acting(Protocol):
    """A caller who can be held to account."""

    def as_actor(self) -> Actor:
        """Return who acts."""
        ...


class Situated(Protocol):
    """A request that knows when and from where it came; config.middleware makes it so."""

    at: datetime
    origin: Origin


def recording_for(
    request: Request | HttpRequest, *, actor: Actor | None = None, lazily: bool = False
) -> AbstractContextManager[Journal]:
    """Open the transaction of this request on behalf of its caller (or of `actor`).

    `lazily`: as audit.recording.recording has it.
    """
    caller = getattr(request, "user", None)
    who = actor or (cast("Acting", caller).as_actor() if hasattr(caller, "as_actor") else NOBODY)
    situated = cast("Situated", request)
    return recording(
        actor=who,
        at=situated.at,
        origin=situated.origin,
        within=getattr(request, "whole", None),
        lazily=lazily,
    )


def enclose(request: Request, within: Whole) -> None:
    """Make every recording of this request a part of the whole."""
    request.whole = within  # type: ignore[attr-defined]
