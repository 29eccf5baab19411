"""A cell that looks like a formula travels as text, and comes back as it was."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.cells import FORMULA, guarded, is_formula, table, unguarded

TRICKY = st.text(st.sampled_from("=+-@'\t\r\n\uff1d ,\";x"), max_size=5)


@pytest.mark.parametrize("sign", sorted(FORMULA))
def test_no_cell_begins_as_a_formula_does(sign):
    assert is_formula(f"{sign}1+1")
    assert not is_formula(guarded(f"{sign}1+1"))


@pytest.mark.parametrize("text", ["", "x", "1=1", " =1", "it's"])
def test_other_text_travels_as_it_is(text):
    assert guarded(text) == text


@given(TRICKY)
def test_taking_the_guard_off_gives_the_text_back(text):
    assert unguarded(guarded(text)) == text
    assert not is_formula(guarded(text))


@given(st.lists(st.lists(TRICKY, min_size=2, max_size=2), max_size=4))
def test_a_table_is_read_back_as_it_was(rows):
    read = csv.reader(StringIO(table(rows), newline=""), strict=True)

    assert [[unguarded(cell) for cell in row] for row in read] == rows
