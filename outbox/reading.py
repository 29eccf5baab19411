"""What happened since? In the order of commits, and nothing left out."""

from django.db.models import Q

from outbox.cursors import Cursor, NotACursor, parse
from outbox.errors import CursorExpired
from outbox.models import Event
from wire.errors import InvalidInput


def place_of(text: str | None) -> Cursor | None:
    """Return the place to go on from, None for the beginning. Raises InvalidInput, CursorExpired.

    Its event must still be there: else others that were never read may be gone as well.
    """
    if text is None:
        return None
    try:
        place = parse(text)
    except NotACursor as error:
        raise InvalidInput.at("/after", "This is no cursor of an event.", "invalid") from error
    if not Event.objects.keeps(place):
        raise CursorExpired
    return place


def replay(place: Cursor | None, *, seen: Q, most: int) -> list[Event]:
    """Return the first events after a place, of those that fulfil `seen`."""
    events = Event.objects.settled().filter(seen)
    return list((events if place is None else events.beyond(place))[:most])
