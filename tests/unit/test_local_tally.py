"""A lane passes when something ran, nothing failed and nothing was skipped."""

import pytest

from local.tally import Tally, read_report

REPORT = '<testsuites><testsuite tests="{}" failures="{}" errors="{}" skipped="{}"/></testsuites>'


@pytest.mark.parametrize(
    ("counts", "code", "expected"),
    [
        ((5, 0, 0, 0), 0, Tally(5, 0)),
        ((5, 1, 1, 0), 1, Tally(3, 2)),
        ((5, 0, 0, 1), 0, Tally(4, 1)),
        ((0, 0, 0, 0), 5, Tally(0, 1)),
        ((5, 0, 0, 0), 3, Tally(5, 1)),
    ],
)
def test_a_report_is_counted(tmp_path, counts, code, expected):
    report = tmp_path / "lane.xml"
    report.write_text(REPORT.format(*counts))

    assert read_report(report, code) == expected


def test_a_lane_without_report_has_failed(tmp_path):
    assert read_report(tmp_path / "none.xml", 0) == Tally(0, 1)


def test_the_sum_of_the_lanes_is_one_plain_line():
    total = Tally(3, 1) + Tally(4, 0)

    assert total.line() == "7 passed, 1 failed"
    assert not total.is_good
