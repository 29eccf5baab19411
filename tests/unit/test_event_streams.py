"""So many streams, and a place for each that ends."""

import pytest

from events.errors import TooManyStreams
from events.streams import Streams


def test_one_that_ends_makes_room_for_another():
    streams = Streams()
    streams.enter(2)
    streams.enter(2)

    with pytest.raises(TooManyStreams):
        streams.enter(2)
    streams.leave()
    streams.enter(2)


def test_where_there_are_to_be_none_there_are_none():
    with pytest.raises(TooManyStreams):
        Streams().enter(0)


def test_none_begins_once_the_process_is_to_stop():
    streams = Streams()
    streams.close()

    with pytest.raises(TooManyStreams):
        streams.enter(2)
