"""How did a lane go? Read from the report that pytest writes; what skips counts as failed."""

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

COUNTED = ("tests", "failures", "errors", "skipped")


@dataclass(frozen=True)
class Tally:
    """Tests of one or more lanes."""

    passed: int = 0
    failed: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.passed + other.passed, self.failed + other.failed)

    @property
    def is_good(self) -> bool:
        return self.passed > 0 and self.failed == 0

    def line(self) -> str:
        return f"{self.passed} passed, {self.failed} failed"


def read_report(report: Path, code: int) -> Tally:
    """Count; a lane that broke off, ran nothing or skipped something has at least one failure."""
    tally = _count(report) if report.exists() else Tally()
    if tally.failed == 0 and (code != 0 or tally.passed == 0):
        return Tally(tally.passed, 1)
    return tally


def _count(report: Path) -> Tally:
    suites = ET.parse(report).getroot().iter("testsuite")
    counts = [{name: int(suite.get(name, 0)) for name in COUNTED} for suite in suites]
    total = {name: sum(count[name] for count in counts) for name in COUNTED}
    failed = total["failures"] + total["errors"] + total["skipped"]
    return Tally(max(total["tests"] - failed, 0), failed)
