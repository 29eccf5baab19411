"""What does a one-shot operation look like? The classes that the files of `oneshots/` extend."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, TypeAlias

from django.db.models import QuerySet

from audit.recording import Journal

Cursor: TypeAlias = int | str | None


@dataclass(frozen=True, kw_only=True)
class Oneshot(ABC):
    """A change to the data that is made once. Its fields are the parameters of the run.

    Write one as a frozen dataclass in `oneshots/NNNN_<name>.py` that extends `AtOnce` or
    `InBatches`; fields may be `str`, `int`, `bool` or one of them `| None`, and `__post_init__` may
    raise ValueError for values that do not fit. It reaches the database and nothing else: what
    happens elsewhere can not be rolled back. It takes the time from `journal.at`, never from the
    clock, so that a preview can be compared with a later one.
    """

    name: ClassVar[str]
    description: ClassVar[str]
    owner: ClassVar[str]
    sunset: ClassVar[date]
    max_rows: ClassVar[int]
    reversible: ClassVar[bool]
    undoes: ClassVar[str] = ""

    @abstractmethod
    def affected(self) -> QuerySet[Any]:
        """Return the rows that the work would touch now; a row that is done is not among them."""

    def count(self) -> int:
        """Tell how many rows the work would touch now."""
        return self.affected().count()

    def remaining(self) -> int:
        """Tell how many rows are still undone; anything but 0 at the end undoes the last step."""
        return self.count()


class AtOnce(Oneshot):
    """A small change: all of it in one transaction, together with the marker and the entry."""

    @abstractmethod
    def run(self, journal: Journal) -> int:
        """Do all the work inside the transaction that `journal` stands for; return the rows."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch did: how many rows, and where the next begins; None when none is left."""

    rows: int
    cursor: Cursor


class InBatches(Oneshot):
    """A large change: one transaction for each batch, which others wait for no longer than that."""

    @abstractmethod
    def batch(self, cursor: Cursor, size: int, journal: Journal) -> Batch:
        """Do about `size` rows from `cursor` on, None at first, inside the journal's transaction.

        The same cursor may come again after a batch that was undone, and never after one that was
        kept.
        """

    def keys_after(self, cursor: Cursor, size: int) -> list[Any]:
        """Return the primary keys of the next rows, in their order."""
        rows = self.affected().order_by("pk")
        rest = rows if cursor is None else rows.filter(pk__gt=cursor)
        return list(rest.values_list("pk", flat=True)[:size])
