"""console.walking: how the board stood, from today's counts back over its moves."""

from datetime import date, timedelta

from console.walking import Moves, walked_back
from tasks.lifecycle import Status

TODAY = date(2026, 3, 10)
DAYS = [TODAY - timedelta(days=back) for back in (3, 2, 1, 0)]


def moved(back, old, new, number=1):
    return Moves(TODAY - timedelta(days=back), old, new, number)


def walk(today, *moves, reach=DAYS[0], most_counted=100):
    return walked_back(today, moves, days=DAYS, reach=reach, most_counted=most_counted)


def test_each_day_stands_as_it_did_at_its_end():
    found = walk(
        {"pending": 1, "completed": 3},
        moved(3, None, "pending", 4),
        moved(2, "pending", "in_progress", 2),
        moved(1, "in_progress", "completed", 2),
        moved(0, "pending", "completed"),
    )

    assert found.series[Status.PENDING] == [4, 2, 2, 1]
    assert found.series[Status.IN_PROGRESS] == [0, 2, 0, 0]
    assert found.series[Status.COMPLETED] == [0, 0, 2, 3]
    assert not found.is_estimate
    assert not found.is_empty


def test_a_deleted_task_stood_there_before():
    assert walk({}, moved(1, "review", None)).series[Status.REVIEW] == [1, 1, 0, 0]


def test_nothing_is_said_of_days_that_history_was_not_read_of():
    found = walk({"pending": 2}, moved(0, None, "pending"), reach=DAYS[2])

    assert found.series[Status.PENDING] == [None, None, 1, 2]
    assert found.begins == DAYS[2]


def test_of_too_many_to_count_only_the_change_is_told():
    found = walk(
        {"completed": 101},
        moved(1, "review", "completed", 7),
        moved(0, "completed", "pending", 2),
        most_counted=100,
    )

    assert found.series[Status.COMPLETED] == [-5, -5, 2, 0]
    assert found.relative == {Status.COMPLETED}


def test_more_gone_than_ever_were_there_makes_it_an_estimate():
    found = walk({"pending": 1}, moved(1, "pending", "completed", 0), moved(0, None, "pending", 3))

    assert found.series[Status.PENDING] == [0, 0, 0, 1]
    assert found.is_estimate


def test_a_board_that_never_had_a_task_is_empty():
    assert walk({}).is_empty
