"""How large the next batch is, and how long a runner rests."""

import pytest

from migrations_ops.pump import LARGEST_BATCH, Pace


@pytest.mark.parametrize(
    ("size", "took", "following"),
    [
        (100, 0.5, 100),
        (100, 0.4, 125),
        (100, 0.001, 200),
        (100, 1.0, 50),
        (100, 60.0, 50),
        (1, 60.0, 1),
        (LARGEST_BATCH, 0.001, LARGEST_BATCH),
    ],
)
def test_the_next_batch_is_as_large_as_fits_the_target(size, took, following):
    assert Pace(target_ms=500).next_size(size, took) == following


@pytest.mark.parametrize(("asked", "took", "rest"), [(0, 2, 0.2), (1, 2, 1), (9, 2, 5), (0, 90, 5)])
def test_others_have_a_tenth_of_the_time_at_least(asked, took, rest):
    assert Pace(rest=asked).rest_after(took) == rest


def test_a_pace_without_a_budget_is_never_spent():
    assert not Pace().is_spent()
    assert Pace(budget=0).is_spent()
