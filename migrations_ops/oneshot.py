"""What does a one-shot operation look like? The class that every file of `oneshots/` extends."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from audit.recording import Journal


@dataclass(frozen=True, kw_only=True)
class Oneshot(ABC):
    """A change to the data that is made once. Its fields are the parameters of the run.

    Write one as a frozen dataclass in `oneshots/NNNN_<name>.py`; fields may be `str`, `int`, `bool`
    or one of them `| None`, and `__post_init__` may raise ValueError for values that do not fit.
    It reaches the database and nothing else: what happens elsewhere can not be rolled back.
    """

    name: ClassVar[str]
    description: ClassVar[str]
    owner: ClassVar[str]
    sunset: ClassVar[date]
    max_rows: ClassVar[int]
    reversible: ClassVar[bool]

    @abstractmethod
    def count(self) -> int:
        """Tell how many rows the work would touch now."""

    @abstractmethod
    def run(self, journal: Journal) -> int:
        """Do all the work inside the transaction that `journal` stands for; return the rows."""

    def remaining(self) -> int:
        """Tell how many rows are still undone; anything but 0 after `run` undoes it all."""
        return self.count()
