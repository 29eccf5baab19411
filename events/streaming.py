"""How do events travel while they happen? As server-sent events (WHATWG HTML, section 9.2)."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from django.conf import settings
from django.db import DatabaseError
from django.http import StreamingHttpResponse
from rest_framework.renderers import JSONRenderer

from accounts.errors import BadCredential
from events.serializers import EventOut
from events.streams import STREAMS
from outbox.cursors import Cursor
from outbox.models import Event

MEDIA_TYPE = "text/event-stream"
LAST_EVENT_ID = "Last-Event-ID"
RETRY = b"retry: 1000\n\n"
BEAT = b":\n\n"  # heard where nothing happens, so that a client who has gone is noticed

# Returns what came after a place. Raises BadCredential once the caller may not know any more.
Listen: TypeAlias = Callable[[Cursor | None], Sequence[Event]]


class Frames:
    """The body of a stream: it leaves its place to others when it ends, however it ends."""

    def __init__(self, listen: Listen, place: Cursor | None) -> None:
        self._frames = frames(listen, place)
        self._is_open = True

    def __iter__(self) -> Iterator[bytes]:
        return self._frames

    def close(self) -> None:
        """End it; the server does so, also when the client has gone."""
        if self._is_open:
            self._is_open = False
            STREAMS.leave()


def stream(listen: Listen, place: Cursor | None) -> StreamingHttpResponse:
    """Answer with what comes after a place, for EVENT_STREAM_SECONDS. Raises TooManyStreams."""
    STREAMS.enter(settings.CONTRACT.event_streams)
    body = Frames(listen, place)
    # Proxies that gather answers before they pass them on know this header.
    return StreamingHttpResponse(body, content_type=MEDIA_TYPE, headers={"X-Accel-Buffering": "no"})


def frames(listen: Listen, place: Cursor | None) -> Iterator[bytes]:
    """Yield events as they are settled, and a sign of life where there are none.

    Ends after EVENT_STREAM_SECONDS, when the process stops, when the caller may not listen any
    more, and when the database is away: in all cases the client comes again from where it was.
    """
    ends = time.monotonic() + settings.CONTRACT.event_stream_seconds
    yield RETRY
    while time.monotonic() < ends and not STREAMS.closing.is_set():
        try:
            found = listen(place)
        except (BadCredential, DatabaseError):
            return
        for event in found:
            place = event.cursor
            yield frame(event)
        if not found:
            yield BEAT
            STREAMS.closing.wait(settings.CONTRACT.event_poll_seconds)


def frame(event: Event) -> bytes:
    """Return one event as it is sent: its cursor is the id that the client comes back with."""
    data: bytes = JSONRenderer().render(EventOut(event).data)
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (
        str(event.cursor).encode(),
        event.type.encode(),
        data,
    )
