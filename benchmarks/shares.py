"""Which tasks are there for which load, so that no load takes another's away?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """Task ids from `first` on, `count` of them."""

    first: int
    count: int


@dataclass(frozen=True)
class Shares:
    """How the ids 1 to `total` are divided: to start, to progress, to complete, done."""

    total: int

    @property
    def pending(self) -> Range:
        """Tasks to start, each once."""
        return Range(1, self.total * 45 // 100)

    @property
    def held(self) -> Range:
        """Tasks to report progress on, again and again."""
        return Range(self.pending.count + 1, self.total * 5 // 100)

    @property
    def ending(self) -> Range:
        """Tasks to complete, each once."""
        return Range(self.held.first + self.held.count, self.total * 45 // 100)

    @property
    def every(self) -> Range:
        """All of them, to be read."""
        return Range(1, self.total)
