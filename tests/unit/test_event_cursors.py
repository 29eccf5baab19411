"""A cursor is spelled in one way, and nothing else is one."""

import pytest

from outbox.cursors import Cursor, NotACursor, parse

LARGEST = 2**63 - 1


@pytest.mark.parametrize("place", [(0, 0), (0, 1), (7, 4711), (LARGEST, LARGEST)])
def test_a_cursor_is_read_as_it_was_written(place):
    assert parse(str(Cursor(*place))) == place


def test_no_two_places_share_a_cursor():
    assert len({str(Cursor(a, b)) for a in range(20) for b in range(20)}) == 400


GOOD = str(Cursor(7, 4711))


@pytest.mark.parametrize(
    "text",
    ["", "7", "nonsense", GOOD[:-1], GOOD + "A", GOOD + "=", GOOD[:-1] + "B", " " + GOOD,
     "é" * 22, "\ud800" * 22, "_" * 22, "w" * 22, str(10**30)],
    ids=ascii,
)  # fmt: skip
def test_anything_else_is_no_cursor(text):
    with pytest.raises(NotACursor):
        parse(text)
